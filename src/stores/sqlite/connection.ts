/** One connection to an SQLite database: prepared statements, kept, and write transactions. */

import {
  changedRows,
  type DriverStatement,
  prepareStatement,
  rowsOf,
  type SqliteDatabase,
  type SqliteValue,
} from './driver.ts'

/** Values in the order of the columns. */
export type SqliteRow = readonly unknown[]

export class Connection {
  readonly #database: SqliteDatabase
  readonly #statements = new Map<string, Statement>()

  constructor(database: SqliteDatabase) {
    this.#database = database
  }

  exec(sql: string): void {
    this.#database.exec(sql)
  }

  /** A statement, prepared once for each text. */
  prepare(sql: string): Statement {
    let statement = this.#statements.get(sql)
    if (statement === undefined) {
      statement = new Statement(prepareStatement(this.#database, sql))
      this.#statements.set(sql, statement)
    }
    return statement
  }

  /**
   * Runs work in one write transaction. It takes the write lock at once: a transaction that begins with a read and then
   * writes fails without waiting when another process wrote in between.
   */
  write<T>(work: () => T): T {
    return this.#transaction(work, () => true)
  }

  /** Runs work in one write transaction that is undone where it says false. */
  attempt(work: () => boolean): boolean {
    return this.#transaction(work, (isDone) => isDone)
  }

  close(): void {
    this.#database.close()
  }

  #transaction<T>(work: () => T, isToStay: (result: T) => boolean): T {
    this.prepare('BEGIN IMMEDIATE').run()
    try {
      const result = work()
      if (isToStay(result)) this.prepare('COMMIT').run()
      else this.#rollBack()
      return result
    } catch (error) {
      this.#rollBack()
      throw error
    }
  }

  #rollBack(): void {
    try {
      this.prepare('ROLLBACK').run()
    } catch {
      // After some errors (a full disk) SQLite has rolled back by itself; the error that led here says what happened.
    }
  }
}

export class Statement {
  readonly #statement: DriverStatement

  constructor(statement: DriverStatement) {
    this.#statement = statement
  }

  /** The number of rows changed. */
  run(...parameters: SqliteValue[]): number {
    return changedRows(this.#statement.run(...parameters))
  }

  all(...parameters: SqliteValue[]): readonly SqliteRow[] {
    return rowsOf(this.#statement.all(...parameters))
  }

  first(...parameters: SqliteValue[]): SqliteRow | undefined {
    return this.all(...parameters)[0]
  }
}
