/**
 * What a process that stands still in the middle of a transaction keeps others from. Found by chaos on MariaDB, seed 1: a
 * process that was stopped for ten seconds kept the locks on the jobs that it was firing, and nobody fired them.
 */

import { expect, it, onTestFinished } from 'vitest'
import { randomId } from '../../../../src/core/random-id.ts'
import { connectionOf, newPool, rowsOf } from '../../../../src/stores/mysql/driver.ts'

const uri = process.env['CRONWRIGHT_TEST_MYSQL_URL'] ?? ''

async function poolOfOne() {
  const pool = await newPool({ uri, connectionLimit: 1 })
  onTestFinished(async () => void (await pool.end()))
  return pool
}

it("on connections of the store's own, nobody waits long for a lock", async () => {
  const rows = rowsOf(
    await (await poolOfOne()).execute({ sql: 'SELECT @@session.innodb_lock_wait_timeout AS seconds' }),
  )
  expect(rows).toEqual([{ seconds: 5 }])
})

it('on MariaDB its locks go after two seconds', async (context) => {
  const [stopped, other] = [await poolOfOne(), await poolOfOne()]
  const [server] = rowsOf(await other.execute({ sql: 'SELECT VERSION() AS version' }))
  if (!/mariadb/i.test(String(server?.['version']))) return context.skip('MySQL ends no transaction that stands still')
  const table = `idle_${randomId().slice(0, 12)}`
  await other.execute({ sql: `CREATE TABLE ${table} (id INT PRIMARY KEY, n INT)` })
  onTestFinished(async () => void (await (await poolOfOne()).execute({ sql: `DROP TABLE ${table}` })))
  await other.execute({ sql: `INSERT INTO ${table} VALUES (1, 0)` })
  const held = await connectionOf(stopped)
  await held.query({ sql: 'START TRANSACTION' })
  await held.execute({ sql: `UPDATE ${table} SET n = 1` })
  const began = performance.now()
  await other.execute({ sql: `UPDATE ${table} SET n = n + 10` })
  expect(performance.now() - began).toBeLessThan(4_000)
  expect(rowsOf(await other.execute({ sql: `SELECT n FROM ${table}` }))).toEqual([{ n: 10 }])
  await expect(held.execute({ sql: 'SELECT 1' })).rejects.toThrow()
  held.destroy()
})
