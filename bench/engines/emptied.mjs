/** When a table of PostgreSQL has nothing left, for peers that tell of an end before they have written it. */

import { setTimeout } from 'node:timers/promises'
import pg from 'pg'

/**
 * @param {string} sql - a query that gives a row while something is left
 * @returns {Promise<number>} performance.now() when it gave none
 */
export async function emptied(url, sql) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  while ((await client.query(sql)).rows.length > 0) await setTimeout(1)
  const at = performance.now()
  await client.end()
  return at
}
