/** Statements on a pool: prepared under a name, with a deadline, repeated where the server broke a deadlock. */

import { systemClock } from '../../core/clock.ts'
import type { SqlRow } from '../sql/statement.ts'
import { clientOf, type PostgresPool, rowsOf, sqlState } from './driver.ts'

/** Deadlock detected, could not serialize: the server undid the statement and asks to try again. */
const TRY_AGAIN = new Set(['40P01', '40001'])
const TRIES = 5
const PAUSE_MS = 5

export class Database {
  readonly #pool: PostgresPool
  readonly #isPrepared: boolean
  readonly #timeoutMs: number
  readonly #names = new Map<string, string>()

  constructor(pool: PostgresPool, isPrepared: boolean, timeoutMs: number) {
    this.#pool = pool
    this.#isPrepared = isPrepared
    this.#timeoutMs = timeoutMs
  }

  /** Runs a statement that is atomic by itself. */
  async rows(sql: string, values: readonly unknown[] = []): Promise<readonly SqlRow[]> {
    for (let tries = 1; ; tries += 1) {
      try {
        return rowsOf(await this.#pool.query(this.#query(sql, values)))
      } catch (error) {
        if (tries === TRIES || !TRY_AGAIN.has(sqlState(error) ?? '')) throw error
        await new Promise<void>((resolve) => systemClock.setTimer(resolve, PAUSE_MS * tries * (1 + Math.random())))
      }
    }
  }

  async first(sql: string, values: readonly unknown[] = []): Promise<SqlRow | undefined> {
    return (await this.rows(sql, values))[0]
  }

  /** Runs work on one connection, in a transaction. */
  async transaction<T>(
    work: (rows: (sql: string, values?: readonly unknown[]) => Promise<readonly SqlRow[]>) => Promise<T>,
  ): Promise<T> {
    let broken = false
    const onError = (): void => {
      broken = true
    }
    const client = await clientOf(this.#pool, onError)
    const rows = async (text: string, values: readonly unknown[] = []): Promise<readonly SqlRow[]> =>
      rowsOf(await client.query({ text, values }))
    try {
      await rows('BEGIN')
      const result = await work(rows)
      await rows('COMMIT')
      return result
    } catch (error) {
      broken ||= await rows('ROLLBACK').then(
        () => false,
        () => true,
      )
      throw error
    } finally {
      client.off('error', onError)
      client.release(broken)
    }
  }

  /** The same text has the same name, so that each connection prepares it once. */
  #query(text: string, values: readonly unknown[]): object {
    const query = { text, values, query_timeout: this.#timeoutMs }
    if (!this.#isPrepared) return query
    let name = this.#names.get(text)
    if (name === undefined) {
      name = `cronwright_${this.#names.size + 1}`
      this.#names.set(text, name)
    }
    return { ...query, name }
  }
}
