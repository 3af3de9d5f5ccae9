/** Statements keep their plans, whatever the planner knows of the table: none reads it from end to end. */

import { Pool, type PoolClient } from 'pg'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { randomId } from '../../../../src/core/random-id.ts'
import { PostgresJobStore } from '../../../../src/postgres.ts'
import { openDatabase } from '../../../../src/stores/postgres/open-database.ts'
import { resolvePostgresOptions } from '../../../../src/stores/postgres/options.ts'
import { finishedRun, insert, jobRecord, runRecord } from '../../../../src/testing/conformance/records.ts'
import { fillWithFew, fillWithMany, STATEMENTS } from '../every-statement.ts'

const url = process.env['CRONWRIGHT_TEST_POSTGRES_URL'] ?? ''
const HOST = { workerId: 'tester', now: () => Date.now(), wakeup: () => undefined, reportError: () => undefined }

describe.each(['without statistics', 'with statistics'])('the PostgreSQL store %s', (statistics) => {
  const table = `p${randomId().slice(0, 12)}`
  const pool = new Pool({ connectionString: url })
  const plans: string[] = []
  const store = new PostgresJobStore({ pool: explained(), table, notify: false })

  type Given = { readonly text: string; readonly values: unknown[] }

  /** Carries statements out, each after its plan is written down. */
  function explainedQuery(query: (given: Given) => Promise<{ rows: readonly object[] }>) {
    return async (given: Given): Promise<unknown> => {
      if (/^\s*(SELECT|WITH)/.test(given.text)) {
        const { rows } = await query({ text: `EXPLAIN ${given.text}`, values: given.values })
        plans.push(rows.map((row) => Object.values(row).join('')).join('\n'))
      }
      return query(given)
    }
  }

  /** The pool, with connections that explain. */
  function explained(): Pool {
    const connect = async (): Promise<PoolClient> => {
      const client = await pool.connect()
      const query = explainedQuery((given) => client.query(given))
      return Object.assign(Object.create(client), { query, release: (error?: boolean) => client.release(error) })
    }
    return Object.assign(Object.create(pool), { query: explainedQuery((given) => pool.query(given)), connect })
  }

  beforeAll(async () => {
    await store.start(HOST, 'tested')
    await pool.query(`ALTER TABLE ${table} SET (autovacuum_enabled = false)`)
    await fillWithMany(store)
    if (statistics === 'with statistics') await pool.query(`ANALYZE ${table}`)
    await fillWithFew(store)
  }, 120_000)

  afterAll(async () => {
    await store.shutdown()
    await pool.end()
  })

  it.each(Object.entries(STATEMENTS))('ZJ-36 reads no whole table for %s', async (_name, ask) => {
    plans.length = 0
    await ask(store)
    expect(plans.length).toBeGreaterThan(0)
    expect(plans.filter((plan) => plan.includes(`Seq Scan on ${table}`) || plan.includes('Sort Key: r.at'))).toEqual([])
  })

  it('ZJ-36 walks none of the lists of all runs for those of one job, even if it thinks that there are none', async () => {
    await pool.query(`DELETE FROM ${table}`)
    await insert(store, ...Array.from({ length: 500 }, (_, index) => jobRecord(`job-${index}`)))
    if (statistics === 'with statistics') await pool.query(`ANALYZE ${table}`)
    await insert(store, ...Array.from({ length: 500 }, (_, index) => finishedRun(`one@${index}`, { jobId: 'one' })))
    plans.length = 0
    await store.trim([{ jobId: 'other', functionRef: 'work', keep: 100 }])
    await store.list({ kind: 'run', jobId: 'other', limit: 10 })
    await store.count({ kind: 'run', jobId: 'other' })
    expect(plans.filter((plan) => plan.includes(`${table}_newest`))).toEqual([])
  })
})

describe('the PostgreSQL store on a table that was empty when its statements were prepared', () => {
  it('ZJ-36 has no plan that reads the whole table', async () => {
    const table = `p${randomId().slice(0, 12)}`
    const pool = new Pool({ connectionString: url, max: 1 })
    const store = new PostgresJobStore({ pool, table, notify: false })
    onTestFinished(async () => {
      await store.shutdown()
      await pool.end()
    })
    await store.start(HOST, 'tested')
    await pool.query(`ALTER TABLE ${table} SET (autovacuum_enabled = false)`)
    // From the sixth time on the server keeps one plan for all values.
    for (let time = 0; time < 9; time += 1) {
      for (const ask of Object.values(STATEMENTS)) await ask(store)
      await insert(store, runRecord(`first-${time}`))
      await store.get([{ kind: 'run', id: `first-${time}` }])
    }
    const prepared = await pool.query(
      "SELECT name, statement, cardinality(parameter_types) AS count FROM pg_prepared_statements WHERE name ~ '^cronwright'",
    )
    expect(prepared.rows.length).toBeGreaterThan(9)
    await pool.query('SET plan_cache_mode = force_generic_plan')
    for (const { name, count } of prepared.rows) {
      const values = Array.from({ length: count }, () => 'NULL').join(', ')
      const { rows } = await pool.query(`EXPLAIN EXECUTE ${name}${count === 0 ? '' : `(${values})`}`)
      expect(JSON.stringify(rows)).not.toContain(`Seq Scan on ${table}`)
    }
  })
})

describe("connections of the PostgreSQL store's own", () => {
  it.each([
    { preparedStatements: true, jit: 'off' },
    { preparedStatements: false, jit: 'on' },
  ])('compile no statement, unless connections may be shared: $preparedStatements', async (expected) => {
    const { preparedStatements, jit } = expected
    const { database, close } = await openDatabase(resolvePostgresOptions({ url, preparedStatements }))
    onTestFinished(close)
    expect(await database.first('SHOW jit')).toEqual({ jit })
  })
})
