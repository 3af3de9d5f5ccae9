import { readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { SqliteDatabase } from '../../../../src/sqlite.ts'
import {
  changeRun,
  finishedRun,
  getRun,
  insert,
  jobRecord,
  runRecord,
} from '../../../../src/testing/conformance/records.ts'
import { newPath, openDatabase, openStore, query } from './fixtures.ts'

describe('SqliteJobStore', () => {
  it('says which directory is missing', async () => {
    const path = join(newPath(), 'nowhere', 'jobs.db')
    await expect(openStore({ path })).rejects.toMatchObject({
      code: 'STORE_ERROR',
      message: `path: the directory ${JSON.stringify(dirname(path))} does not exist`,
      details: { field: 'path', value: path },
    })
  })

  it('refuses a file that is no database, and can be started once that is put right', async () => {
    const path = newPath()
    writeFileSync(path, 'this is a text, and quite long enough not to be taken for an empty database file. '.repeat(20))
    await expect(openStore({ path })).rejects.toMatchObject({
      code: 'STORE_ERROR',
      message: 'the SQLite job store "tested" failed in open: file is not a database',
      details: { operation: 'open', store: 'tested' },
    })
    writeFileSync(path, '')
    expect(await (await openStore({ path })).count({ kind: 'job' })).toBe(0)
  })

  it('writes ahead, so that readers never wait for a writer', async () => {
    const path = newPath()
    const store = await openStore({ path })
    await insert(store, jobRecord('seen'))
    const writer = openDatabase(path)
    expect(query(writer, 'PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }])
    writer.exec('BEGIN IMMEDIATE; DELETE FROM cronwright_records')
    expect(await store.count({ kind: 'job' })).toBe(1)
  })

  it('fails with STORE_ERROR when another process writes for longer than the busy timeout, and goes on after', async () => {
    const path = newPath()
    const store = await openStore({ path, busyTimeout: 1 })
    const writer = openDatabase(path)
    writer.exec('BEGIN IMMEDIATE')
    await expect(insert(store, jobRecord('refused'))).rejects.toMatchObject({
      code: 'STORE_ERROR',
      message: expect.stringMatching(/failed in commit: database is locked \(another process held the write lock/),
      details: { operation: 'commit', isBusy: true },
      cause: { message: 'database is locked' },
    })
    writer.exec('ROLLBACK')
    await insert(store, jobRecord('accepted'))
    expect(await store.count({ kind: 'job' })).toBe(1)
  })

  it('serves runs that are due in the same millisecond in the order in which they came', async () => {
    const store = await openStore({ path: ':memory:' })
    await insert(store, ...['z', 'a', 'm'].map((id) => runRecord(id, { due: 5 })))
    await store.commit([changeRun('a', 1, { due: 9 }), changeRun('a', 2, { due: 5 })])
    const due = await store.due({ lane: 'run', before: 5, limit: 9, queues: ['default'] })
    expect(due.map(({ id }) => id)).toEqual(['z', 'a', 'm'])
  })

  it('writes nothing of a batch that fails half way', async () => {
    const path = newPath()
    const store = await openStore({ path })
    await insert(store, runRecord('a'))
    openDatabase(path).exec(
      "CREATE TRIGGER full BEFORE INSERT ON cronwright_records WHEN NEW.id = 'bad' BEGIN SELECT raise(FAIL, 'disk full'); END",
    )
    await expect(
      store.commit([changeRun('a', 1, { state: 'running' }, runRecord('b')), { expect: 0, record: runRecord('bad') }]),
    ).rejects.toMatchObject({ code: 'STORE_ERROR', cause: { message: 'disk full' } })

    expect(await getRun(store, 'a')).toEqual(runRecord('a'))
    expect(await getRun(store, 'b')).toBeUndefined()
    await insert(store, runRecord('c'))
  })

  it('lets the event loop turn within a large batch', async () => {
    const store = await openStore({ path: ':memory:' })
    const records = Array.from({ length: 3_000 }, (_, index) => runRecord(`run-${index}`))
    let turns = 0
    const count = (): void => {
      turns += 1
      next = setImmediate(count)
    }
    let next = setImmediate(count)
    await insert(store, ...records)
    clearImmediate(next)
    expect(turns).toBeGreaterThanOrEqual(2)
  })

  it('refuses to go on with a large batch when it is shut down within', async () => {
    const store = await openStore({ path: ':memory:' })
    const records = Array.from({ length: 1_001 }, (_, index) => runRecord(`run-${index}`))
    const inserting = insert(store, ...records)
    await store.shutdown()
    await expect(inserting).rejects.toMatchObject({ code: 'STORE_CLOSED' })
  })

  it('leaves no file behind but the database when it is shut down', async () => {
    const path = newPath()
    const store = await openStore({ path })
    await insert(store, jobRecord('kept'))
    await store.shutdown()
    expect(readdirSync(dirname(path))).toEqual(['jobs.db'])
  })

  it('neither closes nor configures a database that its user opened', async () => {
    const database = openDatabase(newPath())
    const settings = ['journal_mode', 'synchronous', 'busy_timeout']
    const read = (): unknown => settings.map((name) => query(database, `PRAGMA ${name}`))
    const before = read()
    const store = await openStore({ database })
    await insert(store, jobRecord('kept'))
    await store.shutdown()

    expect(read()).toEqual(before)
    expect(query(database, 'SELECT id FROM cronwright_records')).toEqual([{ id: 'kept' }])
  })

  it('leaves a transaction alone that the user of the database has open', async () => {
    const database = openDatabase(newPath())
    const store = await openStore({ database })
    database.exec('CREATE TABLE mine (value); BEGIN; INSERT INTO mine VALUES (1)')
    await expect(insert(store, jobRecord('refused'))).rejects.toMatchObject({ code: 'STORE_ERROR' })
    database.exec('COMMIT')

    expect(query(database, 'SELECT value FROM mine')).toEqual([{ value: 1 }])
    await insert(store, jobRecord('accepted'))
    expect(await store.count({ kind: 'job' })).toBe(1)
  })

  it('refuses a row that it could not have written', async () => {
    const database = openDatabase(newPath())
    const store = await openStore({ database })
    await insert(store, runRecord('a'))
    database.exec("UPDATE cronwright_records SET lane = 'elsewhere'")
    await expect(getRun(store, 'a')).rejects.toMatchObject({
      code: 'STORE_ERROR',
      details: { field: 'lane', value: 'elsewhere' },
    })
  })

  it('reads no table from end to end and sorts no result, whatever it is asked for', async () => {
    const database = openDatabase(':memory:')
    const statements = new Set<string>()
    const recording: SqliteDatabase = {
      exec: (sql) => database.exec(sql),
      close: () => undefined,
      prepare(sql) {
        statements.add(sql)
        return database.prepare(sql)
      },
    }
    const store = await openStore({ database: recording })
    await insert(store, jobRecord('job'), runRecord('job@1'), finishedRun('job@2'))
    await store.commit([changeRun('job@1', 1, { due: 1 }), changeRun('job@2', 1, null)])
    for (const filter of [{}, { withoutFunctions: ['other'], withoutJobs: ['other'] }]) {
      for (const lane of ['job', 'run', 'history'] as const) {
        await store.due({ lane, before: 1, limit: 1, queues: ['default'], ...filter })
        await store.nextDue([{ lane, ...filter }])
      }
    }
    for (const filter of [{}, { jobId: 'job' }, { states: ['failed', 'dead'] }, { states: ['completed'] }]) {
      await store.list({ kind: 'run', limit: 1, ...filter })
      await store.list({ kind: 'run', limit: 1, before: { at: 1, id: 'a' }, queue: 'default', ...filter })
      await store.count({ kind: 'run', ...filter })
    }
    await store.countActive(['job'])
    await store.trim([
      { jobId: 'job', functionRef: 'work', keep: 1 },
      { jobId: null, functionRef: 'work', keep: 1 },
    ])
    await store.removeJobs()

    const reading = [...statements].filter((sql) => /FROM "|UPDATE/.test(sql) && !sql.includes('_schema'))
    expect(reading.length).toBeGreaterThan(20)
    for (const sql of reading) {
      const explained = query(database, `EXPLAIN QUERY PLAN ${sql.replaceAll('?', 'NULL')}`)
      for (const { detail } of explained) {
        expect.soft(detail, sql).not.toMatch(/^SCAN cronwright_records/)
        expect.soft(detail, sql).not.toMatch(/TEMP B-TREE FOR ORDER BY/)
      }
    }
  })
})
