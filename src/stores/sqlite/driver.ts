/**
 * The edge to the two SQLite drivers, `node:sqlite` and better-sqlite3: what the store uses of them, and how a database
 * is opened. Both are synchronous and nearly the same; nothing of them is believed unchecked.
 */

import { CronwrightError } from '../../errors.ts'
import { hasMethods, property } from '../driver-edge.ts'
import { importPeer } from '../import-peer.ts'

/** What a store needs of an open database: a `DatabaseSync` of `node:sqlite` or a `Database` of better-sqlite3 fits. */
export interface SqliteDatabase {
  exec(sql: string): unknown
  prepare(sql: string): unknown
  close(): unknown
}

/** A value bound to a statement. */
export type SqliteValue = string | number | null

/** What a store needs of a prepared statement. */
export interface DriverStatement {
  run(...parameters: SqliteValue[]): unknown
  all(...parameters: SqliteValue[]): unknown
}

export function isSqliteDatabase(value: unknown): value is SqliteDatabase {
  return hasMethods(value, ['exec', 'prepare', 'close'])
}

/**
 * Opens a database with `node:sqlite` where Node has it (22.13), else with better-sqlite3.
 *
 * @throws MissingDependencyError where there is neither
 */
export async function openDatabase(path: string): Promise<SqliteDatabase> {
  const driver = process.getBuiltinModule('node:sqlite') ?? (await importBetterSqlite())
  return newDatabase(driver, path)
}

/** Version 12 is the last one for Node 20, and only a Node without `node:sqlite` comes here. */
function importBetterSqlite(): Promise<unknown> {
  return importPeer('better-sqlite3', 'SqliteJobStore on Node.js before 22.13', 'better-sqlite3@12')
}

/** Opens a database with the module of either driver. `DatabaseSync` is being renamed `Database`: both are taken. */
export function newDatabase(driver: unknown, path: string): SqliteDatabase {
  const DatabaseClass = ['Database', 'DatabaseSync', 'default'].map((name) => property(driver, name)).find(isClass)
  const database = DatabaseClass === undefined ? undefined : new DatabaseClass(path)
  if (isSqliteDatabase(database)) return database
  throw new CronwrightError('STORE_ERROR', 'the SQLite driver has no class Database or DatabaseSync that works')
}

/**
 * Prepares a statement that gives numbers, and rows as lists of values where the driver can: objects take it twice as long.
 * It does not matter what the owner of the handle has chosen.
 */
export function prepareStatement(database: SqliteDatabase, sql: string): DriverStatement {
  const statement = database.prepare(sql)
  if (!hasMethods<DriverStatement>(statement, ['run', 'all'])) {
    throw new CronwrightError('STORE_ERROR', 'the SQLite driver gave a statement without the methods run and all')
  }
  const choose = (option: string, isOn: boolean): void => {
    const set = property(statement, option)
    if (typeof set === 'function') set.call(statement, isOn)
  }
  choose('safeIntegers', false)
  choose('setReadBigInts', false)
  choose('setReturnArrays', true)
  // That of better-sqlite3, which refuses it for a statement that gives no rows.
  if (property(statement, 'reader') !== false) choose('raw', true)
  return statement
}

/** The rows that a statement gave, each a list of its values. A `node:sqlite` before 22.16 has only objects. */
export function rowsOf(result: unknown): readonly (readonly unknown[])[] {
  if (!Array.isArray(result)) return []
  const [first]: unknown[] = result
  if (first === undefined || Array.isArray(first)) return result
  return result.map((row: object) => Object.values(row))
}

/** The number of rows that a statement changed, from what `run` returned. */
export function changedRows(result: unknown): number {
  return Number(property(result, 'changes'))
}

/** Whether the driver gave up waiting for another process (`SQLITE_BUSY`). */
export function isBusy(error: unknown): boolean {
  const code = property(error, 'code')
  const number = property(error, 'errcode')
  if (typeof number === 'number') return (number & 0xff) === 5
  return typeof code === 'string' && code.startsWith('SQLITE_BUSY')
}

function isClass(value: unknown): value is new (path: string) => unknown {
  return typeof value === 'function'
}
