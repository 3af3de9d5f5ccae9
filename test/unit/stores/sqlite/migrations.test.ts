import { expect, it } from 'vitest'
import { SqliteJobStore } from '../../../../src/sqlite.ts'
import { tablesOf } from '../../../../src/stores/sql/tables.ts'
import { Connection } from '../../../../src/stores/sqlite/connection.ts'
import { MIGRATIONS, type Migration, migrate, schemaVersion } from '../../../../src/stores/sqlite/schema.ts'
import { jobRecord, runRecord } from '../../../../src/testing/conformance/records.ts'
import { fill } from '../copy/support.ts'
import { newPath, openDatabase, openStore, query } from './fixtures.ts'

const tables = tablesOf('cronwright_records')
/** What a later release might do. */
const later: Migration = ({ records }) => `ALTER TABLE ${records} ADD COLUMN note TEXT NOT NULL DEFAULT 'none'`

it('ZJ-34 a file of an older version is brought up to date, and its data is kept', async () => {
  const path = newPath()
  await fill(new SqliteJobStore({ path }), jobRecord('job'), runRecord('job@1'))
  const connection = new Connection(openDatabase(path))
  expect(schemaVersion(connection, tables)).toBe(1)
  migrate(connection, tables, [...MIGRATIONS, later], 5)
  migrate(connection, tables, [...MIGRATIONS, later], 6)
  const rows = query(openDatabase(path), 'SELECT id, note FROM cronwright_records ORDER BY id')
  expect(rows).toEqual([
    { id: 'job', note: 'none' },
    { id: 'job@1', note: 'none' },
  ])
  expect(connection.prepare('SELECT version, migrated_at FROM cronwright_records_schema').all()).toEqual([
    [1, expect.any(Number)],
    [2, 5],
  ])
  await expect(openStore({ path })).rejects.toThrow(/version 2, is newer than this release/)
})

it('ZJ-34 a migration that fails leaves the version before it, and the data', async () => {
  const path = newPath()
  await fill(new SqliteJobStore({ path }), jobRecord('job'))
  const connection = new Connection(openDatabase(path))
  const broken: Migration = ({ records }) => `DELETE FROM ${records}; ALTER TABLE nowhere ADD COLUMN note TEXT`
  expect(() => migrate(connection, tables, [...MIGRATIONS, broken], 5)).toThrow()
  expect(schemaVersion(connection, tables)).toBe(1)
  expect(await (await openStore({ path })).count({ kind: 'job' })).toBe(1)
})
