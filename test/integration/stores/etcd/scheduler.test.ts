import { randomId } from '../../../../src/core/random-id.ts'
import { EtcdJobStore } from '../../../../src/etcd.ts'
import { describeSchedulerOn } from '../scheduler-on-store.ts'

const url = process.env['CRONWRIGHT_TEST_ETCD_URL'] ?? ''
const run = randomId().slice(0, 8)

describeSchedulerOn('etcd', (name) => new EtcdJobStore({ url: `${url}/scheduler-${run}/${name}` }))
