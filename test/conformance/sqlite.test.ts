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
import { describeRecordStore } from './conformance.ts'

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

const TABLE = 'beside_it'

describeRecordStore('SqliteJobStore on a file', {
  create: ({ name, ...options }) => new SqliteJobStore({ path: fileOf(name), ...options }),
  beside: ({ name }) => new SqliteJobStore({ path: fileOf(name), table: TABLE }),
  persistent: true,
  shared: true,
  text: true,
})

describeRecordStore('SqliteJobStore in memory', {
  create: ({ name: _, ...options }) => new SqliteJobStore({ path: ':memory:', ...options }),
  text: true,
})

describeRecordStore("SqliteJobStore on its user's database", {
  create: ({ name, ...options }) => new SqliteJobStore({ database: databaseOf(`own_${name}`), ...options }),
  beside: ({ name }) => new SqliteJobStore({ database: databaseOf(`own_${name}`), table: TABLE }),
  persistent: true,
  shared: true,
  text: true,
})
