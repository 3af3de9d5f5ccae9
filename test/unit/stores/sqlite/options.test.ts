import { describe, expect, it } from 'vitest'
import { InvalidArgumentError } from '../../../../src/errors.ts'
import { type SqliteDatabase, SqliteJobStore } from '../../../../src/sqlite.ts'
import { resolveSqliteOptions } from '../../../../src/stores/sqlite/options.ts'

const database: SqliteDatabase = { exec: () => undefined, prepare: () => undefined, close: () => undefined }

describe('options of the SQLite store', () => {
  it('have defaults for everything but the path', () => {
    expect(resolveSqliteOptions({ path: './jobs.db' })).toMatchObject({
      source: { path: './jobs.db', synchronous: 'FULL', busyTimeoutMs: 5_000 },
      table: 'cronwright_records',
      autoMigrate: true,
    })
  })

  it('are taken as given', () => {
    const options = { path: 'x', synchronous: 'NORMAL', busyTimeout: '250ms', table: 'my_Jobs2', autoMigrate: false }
    expect(resolveSqliteOptions(options)).toMatchObject({
      source: { path: 'x', synchronous: 'NORMAL', busyTimeoutMs: 250 },
      table: 'my_Jobs2',
      autoMigrate: false,
    })
  })

  it('take an open database instead of a path', () => {
    expect(resolveSqliteOptions({ database }).source).toEqual({ database })
  })

  it.each([
    ['options', undefined],
    ['options', './jobs.db'],
    ['options.path', {}],
    ['options.path', { path: '' }],
    ['options.path', { path: '  ' }],
    ['options.path', { path: 7 }],
    ['options.pth', { pth: './jobs.db' }],
    ['options.url', { path: 'x', url: 'sqlite:x' }],
    ['options.synchronous', { path: 'x', synchronous: 'OFF' }],
    ['options.busyTimeout', { path: 'x', busyTimeout: 'soon' }],
    ['options.busyTimeout', { path: 'x', busyTimeout: -1 }],
    ['options.busyTimeout', { path: 'x', busyTimeout: '61s' }],
    ['options.autoMigrate', { path: 'x', autoMigrate: 'yes' }],
    ['options.table', { path: 'x', table: '' }],
    ['options.table', { path: 'x', table: '1st' }],
    ['options.table', { path: 'x', table: 'a-b' }],
    ['options.table', { path: 'x', table: 'jobs"; DROP TABLE users; --' }],
    ['options.table', { path: 'x', table: 'SQLITE_jobs' }],
    ['options.table', { path: 'x', table: 'x'.repeat(41) }],
    ['options.database', { database: {} }],
    ['options.database', { database: null }],
    ['options.path', { database, path: 'x' }],
    ['options.busyTimeout', { database, busyTimeout: '5s' }],
    ['options.synchronous', { database, synchronous: 'FULL' }],
    ['options.serializer', { path: 'x', serializer: {} }],
    ['options.serializer', { path: 'x', serializer: null }],
  ])('name %s in %o as wrong', (field, options) => {
    const make = (): unknown => Reflect.construct(SqliteJobStore, [options])
    expect(make).toThrow(InvalidArgumentError)
    expect(make).toThrow(expect.objectContaining({ details: expect.objectContaining({ field }) }))
  })

  it('say what a store can do: keep and share data, unless it is in memory', () => {
    expect(new SqliteJobStore({ path: './jobs.db' }).capabilities).toEqual({
      persistent: true,
      shared: true,
      embedded: true,
    })
    expect(new SqliteJobStore({ database }).capabilities).toEqual({ persistent: true, shared: true, embedded: true })
    expect(new SqliteJobStore({ path: ':memory:' }).capabilities).toEqual({
      persistent: false,
      shared: false,
      embedded: true,
    })
  })
})
