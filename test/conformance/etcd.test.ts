/** The etcd store on its own client. */

import { randomId } from '../../src/core/random-id.ts'
import { EtcdJobStore } from '../../src/etcd.ts'
import { describeRecordStore } from './conformance.ts'

const url = process.env['CRONWRIGHT_TEST_ETCD_URL'] ?? ''
const run = randomId().slice(0, 8)

describeRecordStore('EtcdJobStore', {
  create: ({ name, ...options }) => new EtcdJobStore({ url: `${url}/${run}/${name}`, ...options }),
  beside: ({ name }) => new EtcdJobStore({ url: `${url}/${run}/${name}-beside` }),
  persistent: true,
  shared: true,
  text: true,
})
