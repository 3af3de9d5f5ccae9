import { describe, expect, it } from 'vitest'
import { insert, jobRecord } from '../../../../src/testing/conformance/records.ts'
import { newPath, openDatabase, openStore, query } from './fixtures.ts'

function tablesOf(path: string): readonly unknown[] {
  const rows = query(openDatabase(path), "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
  return rows.map((row) => row['name'])
}

describe('the schema of the SQLite store', () => {
  it('NB-12 is created on an empty database, and left alone by the second start', async () => {
    const path = newPath()
    const first = await openStore({ path })
    await insert(first, jobRecord('kept'))
    await first.shutdown()
    const second = await openStore({ path })

    expect(await second.count({ kind: 'job' })).toBe(1)
    expect(tablesOf(path)).toEqual(['cronwright_records', 'cronwright_records_schema'])
    expect(query(openDatabase(path), 'SELECT * FROM cronwright_records_schema')).toEqual([
      { version: 1, migrated_at: 1_000 },
    ])
  })

  it('NB-12 is created once by two stores that start at the same time', async () => {
    const path = newPath()
    const [left, right] = await Promise.all([openStore({ path }), openStore({ path })])
    await insert(left, jobRecord('shared'))
    expect(await right.count({ kind: 'job' })).toBe(1)
  })

  it('NB-13 has the name of the table in front: two names in one file do not see each other', async () => {
    const path = newPath()
    const ours = await openStore({ path, table: 'ours' })
    const theirs = await openStore({ path, table: 'Order' })
    await insert(ours, jobRecord('mine'))

    expect(await theirs.count({ kind: 'job' })).toBe(0)
    await insert(theirs, jobRecord('mine'))
    expect(await theirs.removeJobs()).toBe(1)
    expect(await ours.count({ kind: 'job' })).toBe(1)
    expect(tablesOf(path)).toEqual(['Order', 'Order_schema', 'ours', 'ours_schema'])
  })

  it('ZJ-36 is not created where autoMigrate is off: the error says what to do', async () => {
    const path = newPath()
    await expect(openStore({ path, autoMigrate: false })).rejects.toMatchObject({
      code: 'STORE_ERROR',
      message: expect.stringContaining(
        'run cronwright migrate with the URL of the store, or start once with autoMigrate: true',
      ),
      details: { field: 'autoMigrate', version: 0, supported: 1 },
    })
    expect(tablesOf(path)).toEqual([])
  })

  it('ZJ-36 needs no migration where it is up to date', async () => {
    const path = newPath()
    await (await openStore({ path })).shutdown()
    const store = await openStore({ path, autoMigrate: false })
    expect(await store.count({ kind: 'job' })).toBe(0)
  })

  it('of a newer release is refused and stays as it is', async () => {
    const path = newPath()
    const database = openDatabase(path)
    database.exec('CREATE TABLE cronwright_records_schema (version INTEGER); CREATE TABLE cronwright_records (x)')
    database.exec('INSERT INTO cronwright_records_schema VALUES (1), (99)')

    await expect(openStore({ path })).rejects.toMatchObject({
      code: 'STORE_ERROR',
      message: expect.stringContaining('newer than this release'),
      details: { version: 99 },
    })
    expect(tablesOf(path)).toEqual(['cronwright_records', 'cronwright_records_schema'])
    expect(query(database, 'PRAGMA journal_mode')).toEqual([{ journal_mode: 'delete' }])
  })

  it('does not take over a table of the same name that somebody else made', async () => {
    const path = newPath()
    const database = openDatabase(path)
    database.exec("CREATE TABLE cronwright_records (mine TEXT); INSERT INTO cronwright_records VALUES ('kept')")

    await expect(openStore({ path })).rejects.toMatchObject({ code: 'STORE_ERROR', details: { operation: 'open' } })
    expect(tablesOf(path)).toEqual(['cronwright_records'])
    expect(query(database, 'SELECT * FROM cronwright_records')).toEqual([{ mine: 'kept' }])
  })
})
