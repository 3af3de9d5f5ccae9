/** The schema on an SQL server: made by many processes at once, migrated by the command line, apart for each name. */

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runProgram } from '../../../src/cli/program.ts'
import { randomId } from '../../../src/core/random-id.ts'
import type { RecordJobStore } from '../../../src/stores/record-job-store.ts'
import { insert, jobRecord, runRecord } from '../../../src/testing/conformance/records.ts'
import { within } from '../../unit/stores/copy/support.ts'

export interface SqlSchemaUnderTest {
  readonly url: string
  create(table: string, options?: { readonly autoMigrate?: boolean }): RecordJobStore
  /** Brings a table to what a later release might make of it: version 2, with a column `note`. */
  migrateFurther(table: string): Promise<void>
  /** What the column `note` says for each record, and the versions noted. */
  look(table: string): Promise<{ readonly notes: readonly unknown[]; readonly versions: readonly unknown[] }>
}

const PROCESSES = 10
const newTable = (): string => `s${randomId().slice(0, 12)}`

async function migrate(url: string): Promise<readonly [status: number, output: string]> {
  let output = ''
  const collect = { write: (text: string) => (output += text) }
  const status = await runProgram(['migrate', url], {
    output: collect,
    errorOutput: collect,
    width: 80,
    timezone: 'UTC',
    workingDirectory: '/',
    version: '',
    now: () => 0,
    readFile: () => '',
  })
  return [status, output]
}

export function describeSqlSchema(name: string, server: SqlSchemaUnderTest): void {
  describe(`the schema on ${name}`, () => {
    let children: readonly ChildProcess[] = []

    beforeAll(async () => {
      const script = fileURLToPath(new URL('./opening-process.ts', import.meta.url))
      children = Array.from({ length: PROCESSES }, () => fork(script, { execArgv: ['--import', 'tsx'] }))
      await Promise.all(children.map((child) => once(child, 'message')))
    }, 120_000)

    afterAll(() => {
      for (const child of children) child.kill()
    })

    it(`NB-12 is made once by ${PROCESSES} processes that start at once on an empty database`, async () => {
      const table = newTable()
      const replies = await Promise.all(
        children.map(async (child) => {
          const reply = once(child, 'message')
          child.send(`${server.url}?table=${table}`)
          return (await reply)[0]
        }),
      )
      expect(replies).toEqual(children.map(() => 'done'))
      await within(server.create(table, { autoMigrate: false }), async (store) => {
        expect(await store.count({ kind: 'job' })).toBe(PROCESSES)
      })
      expect(await server.create(table).schemaVersion()).toEqual({ current: 1, latest: 1 })
    }, 60_000)

    it('NB-13 is apart for each name: two in one database do not see each other', async () => {
      const [ours, theirs] = [server.create(newTable()), server.create(newTable())]
      await within(ours, (store) => insert(store, jobRecord('mine')))
      await within(theirs, async (store) => {
        expect(await store.count({ kind: 'job' })).toBe(0)
        await insert(store, jobRecord('mine'), jobRecord('other'))
        expect(await store.removeJobs()).toBe(2)
      })
      expect(await within(ours, (store) => store.count({ kind: 'job' }))).toBe(1)
    })

    it('ZJ-34 ZJ-36 is made by cronwright migrate where autoMigrate is off, and once', async () => {
      const table = newTable()
      const store = server.create(table, { autoMigrate: false })
      await expect(within(store, async () => undefined)).rejects.toThrow(/does not exist; run cronwright migrate/)
      expect(await migrate(`${server.url}?table=${table}`)).toEqual([0, 'tables created: version 1\n'])
      await within(store, (open) => insert(open, jobRecord('kept')))
      expect(await migrate(`${server.url}?table=${table}`)).toEqual([0, 'nothing to do: version 1\n'])
      expect(await within(store, (open) => open.count({ kind: 'job' }))).toBe(1)
    })

    it('ZJ-34 of an older version is brought up to date, and its data is kept', async () => {
      const table = newTable()
      await within(server.create(table), (store) => insert(store, jobRecord('job'), runRecord('job@1')))
      await server.migrateFurther(table)
      await server.migrateFurther(table)
      expect(await server.look(table)).toEqual({ notes: ['none', 'none'], versions: [1, 2] })
      const [status, output] = await migrate(`${server.url}?table=${table}`)
      expect(status).toBe(1)
      expect(output).toMatch(/version 2, is newer than this release of cronwright knows \(1\); update cronwright/)
    })
  })
}
