/** The PostgreSQL store on its own pool, and as it is set behind PgBouncer. */

import { randomId } from '../../src/core/random-id.ts'
import { PostgresJobStore } from '../../src/postgres.ts'
import { describeRecordStore } from './conformance.ts'

const url = process.env['CRONWRIGHT_TEST_POSTGRES_URL'] ?? ''
const run = randomId().slice(0, 8)
const tableOf = (kind: string, name: string): string => `${kind}${run}_${name}`.slice(0, 40)
const shared = { persistent: true, shared: true, text: true }

describeRecordStore('PostgresJobStore', {
  create: ({ name, ...options }) => {
    return new PostgresJobStore({ url, table: tableOf('t', name), maxConnections: 4, ...options })
  },
  beside: ({ name }) => new PostgresJobStore({ url, table: tableOf('o', name), maxConnections: 4 }),
  ...shared,
})

describeRecordStore('PostgresJobStore as behind PgBouncer', {
  create: ({ name, ...options }) => {
    const plain = { notify: false, preparedStatements: false, maxConnections: 4 }
    return new PostgresJobStore({ url, table: tableOf('b', name), ...plain, ...options })
  },
  ...shared,
})
