import { describe, expect, it } from 'vitest'
import { Connection } from '../../../../src/stores/sqlite/connection.ts'
import {
  changedRows,
  isBusy,
  newDatabase,
  openDatabase,
  prepareStatement,
  rowsOf,
} from '../../../../src/stores/sqlite/driver.ts'

class FakeStatement {
  readonly calls: string[]
  constructor(calls: string[]) {
    this.calls = calls
  }
  run(): { changes: bigint; lastInsertRowid: bigint } {
    return { changes: 1n, lastInsertRowid: 7n }
  }
  all(): unknown[] {
    return [Object.assign(Object.create(null), { id: 'a' })]
  }
  setReadBigInts(on: boolean): void {
    this.calls.push(`setReadBigInts(${on})`)
  }
  setReturnArrays(on: boolean): void {
    this.calls.push(`setReturnArrays(${on})`)
  }
}

/** Shaped as the class of `node:sqlite`. */
class FakeDatabaseSync {
  readonly calls: string[] = []
  readonly path: string
  constructor(path: string) {
    this.path = path
  }
  exec(sql: string): void {
    this.calls.push(sql)
  }
  prepare(): FakeStatement {
    return new FakeStatement(this.calls)
  }
  close(): void {
    this.calls.push('close')
  }
}

describe('the edge to the SQLite drivers', () => {
  it('opens a database with the class of node:sqlite under its old and its new name, and of better-sqlite3', () => {
    for (const driver of [
      { DatabaseSync: FakeDatabaseSync },
      { Database: FakeDatabaseSync, DatabaseSync: FakeDatabaseSync },
      { default: FakeDatabaseSync },
    ]) {
      expect(newDatabase(driver, './jobs.db')).toMatchObject({ path: './jobs.db' })
    }
  })

  it('refuses a driver it does not know', () => {
    for (const driver of [{}, null, { default: {} }, { default: class {} }]) {
      expect(() => newDatabase(driver, './jobs.db')).toThrow(expect.objectContaining({ code: 'STORE_ERROR' }))
    }
  })

  it('opens a database with the driver that this Node has', async () => {
    const database = await openDatabase(':memory:')
    expect(new Connection(database).prepare('SELECT ? AS number, ? AS text, NULL AS empty').all(1, 'two')).toEqual([
      [1, 'two', null],
    ])
    database.close()
  })

  it('asks for rows as lists with numbers, whatever the owner of the database chose', () => {
    const database = new FakeDatabaseSync(':memory:')
    prepareStatement(database, 'SELECT 1')
    expect(database.calls).toEqual(['setReadBigInts(false)', 'setReturnArrays(true)'])
  })

  it('takes rows as lists, and as the objects of a driver that has nothing else', () => {
    expect(rowsOf([])).toEqual([])
    expect(rowsOf([[1, null]])).toEqual([[1, null]])
    expect(rowsOf(new FakeStatement([]).all())).toEqual([['a']])
    expect(rowsOf(undefined)).toEqual([])
  })

  it('refuses a statement that cannot be run', () => {
    const database = { exec: () => undefined, prepare: () => ({ run: () => undefined }), close: () => undefined }
    expect(() => prepareStatement(database, 'SELECT 1')).toThrow(expect.objectContaining({ code: 'STORE_ERROR' }))
  })

  it('counts changed rows given as a number or as a big integer', () => {
    expect(changedRows({ changes: 2 })).toBe(2)
    expect(changedRows(new FakeStatement([]).run())).toBe(1)
  })

  it('knows the errors with which either driver says that the database is locked', () => {
    expect(isBusy(Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY' }))).toBe(true)
    expect(isBusy(Object.assign(new Error('locked'), { code: 'SQLITE_BUSY_SNAPSHOT' }))).toBe(true)
    expect(isBusy(Object.assign(new Error('locked'), { code: 'ERR_SQLITE_ERROR', errcode: 5 }))).toBe(true)
    expect(isBusy(Object.assign(new Error('locked'), { code: 'ERR_SQLITE_ERROR', errcode: 261 }))).toBe(true)
    expect(isBusy(Object.assign(new Error('full'), { code: 'ERR_SQLITE_ERROR', errcode: 13 }))).toBe(false)
    expect(isBusy(Object.assign(new Error('full'), { code: 'SQLITE_FULL' }))).toBe(false)
    expect(isBusy(new Error('database is locked'))).toBe(false)
    expect(isBusy('SQLITE_BUSY')).toBe(false)
  })
})
