/** The ZooKeeper store on a client of its own, and beside another store on the same server. */

import { randomId } from '../../src/core/random-id.ts'
import { ZooKeeperJobStore } from '../../src/zookeeper.ts'
import { describeRecordStore } from './conformance.ts'

const url = process.env['CRONWRIGHT_TEST_ZOOKEEPER_URL'] ?? ''
const run = randomId().slice(0, 8)

describeRecordStore('ZooKeeperJobStore', {
  create: ({ name, ...options }) => new ZooKeeperJobStore({ url, basePath: `/test-${run}/${name}`, ...options }),
  beside: ({ name }) => new ZooKeeperJobStore({ url, basePath: `/test-${run}/beside/${name}` }),
  persistent: true,
  shared: true,
  text: true,
})
