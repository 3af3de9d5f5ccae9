import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { MemoryJobStore } from '../../../../src/index.ts'
import { SqliteJobStore } from '../../../../src/sqlite.ts'
import { jobRecord, runRecord } from '../../../../src/testing/conformance/records.ts'
import { newPath, openDatabase, query } from '../sqlite/fixtures.ts'
import { copyStore, fill, report, sizeOf, storeWith } from './support.ts'

describe('copying a file', () => {
  it('tells of records that cannot be read, leaves them as they are, and copies the others', async () => {
    const path = newPath()
    await fill(new SqliteJobStore({ path }), jobRecord('good'), jobRecord('bad'), runRecord('r1'), runRecord('r2'))
    const database = openDatabase(path)
    database.exec(`UPDATE cronwright_records SET spec = '{"v":99}' WHERE id = 'bad'`)
    database.exec(`UPDATE cronwright_records SET status = 'x', state = 'undecodable', due = NULL WHERE id = 'r2'`)
    const before = query(database, 'SELECT * FROM cronwright_records')
    const target = new MemoryJobStore()
    expect(await copyStore(`sqlite:${path}`, target)).toEqual(
      report({
        copied: { jobs: 1, pendingRuns: 1 },
        unreadable: [
          { kind: 'job', id: 'bad' },
          { kind: 'run', id: 'r2' },
        ],
      }),
    )
    expect(await sizeOf(target)).toEqual([1, 1])
    expect(query(database, 'SELECT * FROM cronwright_records')).toEqual(before)
  })

  it('tells of a run that was set aside, though it can be read again', async () => {
    const path = newPath()
    await fill(new SqliteJobStore({ path }), runRecord('r1', { state: 'undecodable', due: null }))
    expect(await copyStore(`sqlite:${path}`, new MemoryJobStore())).toEqual(
      report({ unreadable: [{ kind: 'run', id: 'r1' }] }),
    )
  })

  it('does not write over a record of the target that cannot be read', async () => {
    const path = newPath()
    await fill(new SqliteJobStore({ path }), jobRecord('job'))
    openDatabase(path).exec("UPDATE cronwright_records SET spec = 'x'")
    await expect(copyStore(await storeWith(jobRecord('job')), `sqlite:${path}`)).rejects.toThrow(/job "job"; nothing/)
  })

  it('refuses a value that the target cannot keep, before anything is written', async () => {
    const path = newPath()
    const source = await storeWith(jobRecord('fine'), jobRecord('odd', { spec: { input: { when: () => 0 } } }))
    await expect(copyStore(source, `sqlite:${path}`)).rejects.toMatchObject({ code: 'SERIALIZATION' })
    expect(await sizeOf(new SqliteJobStore({ path }))).toEqual([0, 0])
  })

  it('says that the source has no tables, and does not make any', async () => {
    const path = newPath()
    await expect(copyStore(`sqlite:${path}`, new MemoryJobStore())).rejects.toMatchObject({
      code: 'STORE_ERROR',
      message: 'the source has no tables of cronwright: there is nothing to copy',
    })
    expect(existsSync(path)).toBe(false)
  })

  it('makes no file of the target where it only looks', async () => {
    const path = newPath()
    const source = await storeWith(jobRecord('job'))
    expect(await copyStore(source, `sqlite:${path}`, { dryRun: true })).toEqual(report({ copied: { jobs: 1 } }))
    expect(existsSync(path)).toBe(false)
    expect(await copyStore(source, `sqlite:${path}`)).toEqual(report({ copied: { jobs: 1 } }))
    const file = readFileSync(path)
    expect(await copyStore(source, `sqlite:${path}`, { dryRun: true })).toEqual(report({ present: { jobs: 1 } }))
    expect(readFileSync(path).equals(file)).toBe(true)
  })

  it('moves between tables of one file', async () => {
    const path = newPath()
    await fill(new SqliteJobStore({ path, table: 'old' }), jobRecord('job'))
    await copyStore(`sqlite:${path}?table=old`, `sqlite:${path}?table=fresh`)
    expect(await sizeOf(new SqliteJobStore({ path, table: 'fresh' }))).toEqual([1, 0])
  })
})
