/**
 * The SQLite store on a file (with `node:sqlite` where Node has it), in memory, and on a better-sqlite3 database that its
 * user opened.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { type SqliteDatabase, SqliteJobStore } from '../../src/sqlite.ts'
import { importPeer } from '../../src/stores/import-peer.ts'
import { newDatabase } from '../../src/stores/sqlite/driver.ts'
import { describeRecordStore } from './record-store.ts'

const directory = mkdtempSync(join(tmpdir(), 'cronwright-'))
const fileOf = (name: string): string => join(directory, `${name}.db`)

const betterSqlite = await importPeer('better-sqlite3', 'this test')
const databases = new Map<string, SqliteDatabase>()

function databaseOf(name: string): SqliteDatabase {
  const database = databases.get(name) ?? newDatabase(betterSqlite, fileOf(name))
  databases.set(name, database)
  return database
}

afterAll(() => {
  for (const database of databases.values()) database.close()
  rmSync(directory, { recursive: true, force: true })
})

describeRecordStore('SqliteJobStore on a file', ({ name, ...options }) => {
  return new SqliteJobStore({ path: fileOf(name), ...options })
})

describeRecordStore('SqliteJobStore in memory', ({ name: _, ...options }) => {
  return new SqliteJobStore({ path: ':memory:', ...options })
})

describeRecordStore("SqliteJobStore on its user's database", ({ name, ...options }) => {
  return new SqliteJobStore({ database: databaseOf(`own_${name}`), ...options })
})
