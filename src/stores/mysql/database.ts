/** Statements on a pool, prepared, with a deadline; transactions that are tried again when the server broke them. */

import { systemClock } from '../../core/clock.ts'
import type { SqlRow } from '../sql/statement.ts'
import { affectedRows, connectionOf, errorNumber, isDuplicateKey, type MySqlPool, rowsOf } from './driver.ts'

/**
 * Deadlock found, lock wait timeout: the server undid the statement and asks to try again. Auto-increment not read:
 * MariaDB's word for two inserts that waited for each other.
 */
const TRY_AGAIN: ReadonlySet<number | undefined> = new Set([1213, 1205, 1467])
const TRIES = 5
const PAUSE_MS = 5

type Values = readonly (string | number | null)[]

/** What can be done within a transaction. */
export interface Transaction {
  rows(sql: string, values?: Values): Promise<readonly SqlRow[]>
  /** How many rows were written. */
  write(sql: string, values?: Values): Promise<number>
}

export class Database {
  readonly #pool: MySqlPool
  readonly #timeoutMs: number

  constructor(pool: MySqlPool, timeoutMs: number) {
    this.#pool = pool
    this.#timeoutMs = timeoutMs
  }

  async rows(sql: string, values: Values = []): Promise<readonly SqlRow[]> {
    return rowsOf(await this.#pool.execute({ sql, values, timeout: this.#timeoutMs }))
  }

  /** Runs a statement that is atomic by itself; how many rows it wrote. */
  write(sql: string, values: Values = []): Promise<number> {
    return again(async () => affectedRows(await this.#pool.execute({ sql, values, timeout: this.#timeoutMs })))
  }

  /**
   * Runs work in a transaction at READ COMMITTED, from the beginning when the server broke it; or when another process
   * added a record after the work had looked for it (duplicate key), and now it is seen.
   */
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return again(() => this.#once(work, () => true), isDuplicateKey)
  }

  /** The same, but a duplicate key is an error at once; and where the work says false, it is undone. */
  attempt(work: (transaction: Transaction) => Promise<boolean>): Promise<boolean> {
    return again(() => this.#once(work, (isDone) => isDone))
  }

  async #once<T>(work: (transaction: Transaction) => Promise<T>, isToStay: (result: T) => boolean): Promise<T> {
    const connection = await connectionOf(this.#pool)
    const run = (sql: string, values: Values = []): Promise<unknown> =>
      connection.execute({ sql, values, timeout: this.#timeoutMs })
    const control = (sql: string): Promise<unknown> => connection.query({ sql, timeout: this.#timeoutMs })
    let isBroken = false
    try {
      await control('SET TRANSACTION ISOLATION LEVEL READ COMMITTED')
      await control('START TRANSACTION')
      const result = await work({
        rows: async (sql, values) => rowsOf(await run(sql, values)),
        write: async (sql, values) => affectedRows(await run(sql, values)),
      })
      await control(isToStay(result) ? 'COMMIT' : 'ROLLBACK')
      return result
    } catch (error) {
      isBroken = await control('ROLLBACK').then(
        () => false,
        () => true,
      )
      throw error
    } finally {
      if (isBroken) connection.destroy()
      else connection.release()
    }
  }
}

async function again<T>(work: () => Promise<T>, isWorthIt?: (error: unknown) => boolean): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work()
    } catch (error) {
      const isAskedFor = TRY_AGAIN.has(errorNumber(error)) || isWorthIt?.(error) === true
      if (tries === TRIES || !isAskedFor) throw error
      await new Promise<void>((resolve) => systemClock.setTimer(resolve, PAUSE_MS * tries * (1 + Math.random())))
    }
  }
}
