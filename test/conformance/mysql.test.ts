/** The MySQL store on its own pool. */

import { randomId } from '../../src/core/random-id.ts'
import { MySqlJobStore } from '../../src/mysql.ts'
import { describeRecordStore } from './conformance.ts'

const url = process.env['CRONWRIGHT_TEST_MYSQL_URL'] ?? ''
const run = randomId().slice(0, 8)
const tableOf = (kind: string, name: string): string => `${kind}${run}_${name}`.slice(0, 40)

describeRecordStore('MySqlJobStore', {
  create: ({ name, ...options }) => {
    return new MySqlJobStore({ url, table: tableOf('t', name), maxConnections: 4, ...options })
  },
  beside: ({ name }) => new MySqlJobStore({ url, table: tableOf('o', name), maxConnections: 4 }),
  persistent: true,
  shared: true,
  text: true,
})
