/** No statement reads many rows to find a few: counted by the server itself. */

import { createPool } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { randomId } from '../../../../src/core/random-id.ts'
import { MySqlJobStore } from '../../../../src/mysql.ts'
import { fillWithFew, fillWithMany, MANY, STATEMENTS } from '../every-statement.ts'

const url = process.env['CRONWRIGHT_TEST_MYSQL_URL'] ?? ''
const HOST = { workerId: 'tester', now: () => Date.now(), wakeup: () => undefined, reportError: () => undefined }

describe('the MySQL store', () => {
  // One connection, so that the counters of the session are those of the store.
  const pool = createPool({ uri: url, connectionLimit: 1 })
  const store = new MySqlJobStore({ pool, table: `p${randomId().slice(0, 12)}` })

  async function rowsRead(): Promise<number> {
    const [rows] = await pool.query("SHOW SESSION STATUS WHERE Variable_name LIKE 'Handler_read%'")
    if (!Array.isArray(rows)) throw new Error('the server gave no counters')
    return rows.reduce((sum: number, row) => sum + Number('Value' in row ? row['Value'] : 0), 0)
  }

  beforeAll(async () => {
    await store.start(HOST, 'tested')
    await fillWithMany(store)
    await fillWithFew(store)
  }, 120_000)

  afterAll(async () => {
    await store.shutdown()
    await pool.end()
  })

  it.each(Object.entries(STATEMENTS))('ZJ-36 reads few rows for %s', async (_name, ask) => {
    const before = await rowsRead()
    await ask(store)
    // Counters of temporary tables, and of the statement that counts, are among them.
    expect((await rowsRead()) - before).toBeLessThan(MANY / 5)
  })
})
