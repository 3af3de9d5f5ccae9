import { randomId } from '../../../../src/core/random-id.ts'
import { ZooKeeperJobStore } from '../../../../src/zookeeper.ts'
import { describeSchedulerOn } from '../scheduler-on-store.ts'

const url = process.env['CRONWRIGHT_TEST_ZOOKEEPER_URL'] ?? ''
const run = randomId().slice(0, 8)

describeSchedulerOn('ZooKeeper', (name) => new ZooKeeperJobStore({ url, basePath: `/schedulers-${run}/${name}` }))
