/** No statement reads the table from end to end, or puts many rows in order. */

import { describe, expect, it, onTestFinished } from 'vitest'
import type { SqliteDatabase } from '../../../../src/sqlite.ts'
import { type DriverStatement, prepareStatement } from '../../../../src/stores/sqlite/driver.ts'
import { fillWithFew, fillWithMany, STATEMENTS } from '../../../integration/stores/every-statement.ts'
import { newPath, openDatabase, openStore, query } from './fixtures.ts'

/** A database that writes down the plan of each statement that is prepared on it. */
function explained(database: SqliteDatabase, plans: string[]): SqliteDatabase {
  return {
    exec: (sql) => database.exec(sql),
    close: () => undefined,
    prepare: (sql): DriverStatement => {
      if (/^(SELECT|UPDATE|DELETE)/.test(sql)) {
        const text = sql.replaceAll('?', 'NULL')
        plans.push(
          query(database, `EXPLAIN QUERY PLAN ${text}`)
            .map((row) => String(row['detail']))
            .join('\n'),
        )
      }
      return prepareStatement(database, sql)
    },
  }
}

describe('the SQLite store', () => {
  it('ZJ-36 reads no whole table, whatever it is asked for', async () => {
    const database = openDatabase(newPath())
    const plans: string[] = []
    const store = await openStore({ database: explained(database, plans) })
    onTestFinished(() => store.shutdown())
    await fillWithMany(store)
    await fillWithFew(store)
    for (const ask of Object.values(STATEMENTS)) await ask(store)
    expect(plans.length).toBeGreaterThan(10)
    const scans = plans.filter((plan) => /SCAN cronwright_records|TEMP B-TREE FOR ORDER BY/.test(plan))
    expect(scans).toEqual([])
  })
})
