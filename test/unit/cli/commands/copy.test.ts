import { existsSync } from 'node:fs'
import { expect, it } from 'vitest'
import { NO_COUNTS } from '../../../../src/jobs/counters.ts'
import { noteRecord } from '../../../../src/jobs/notes.ts'
import { SqliteJobStore } from '../../../../src/sqlite.ts'
import { finishedRun, jobRecord, NOW, runRecord } from '../../../../src/testing/conformance/records.ts'
import { fill, sizeOf } from '../../stores/copy/support.ts'
import { newPath, openDatabase } from '../../stores/sqlite/fixtures.ts'
import { runFake } from '../fake-environment.ts'

const PASSWORD = 'hunter2-secret'

async function sourceFile(): Promise<string> {
  const path = newPath()
  const runs = ['a@1', 'a@2', 'a@3'].map((id) => runRecord(id))
  const letter = runRecord('letter', { state: 'dead', due: null })
  const paused = { isPaused: true, counters: NO_COUNTS, folded: [] }
  const queue = noteRecord('queue', 'low', paused, NOW, null)
  await fill(new SqliteJobStore({ path }), jobRecord('a'), jobRecord('b'), ...runs, finishedRun('a@0'), letter, queue)
  return path
}

it('copies, and says what', async () => {
  const [from, to] = [await sourceFile(), newPath()]
  const args = ['copy', '--from', `sqlite:${from}`, '--to', `sqlite:${to}`]
  const what = '2 jobs, 3 pending runs, 1 run that waits for a person, 1 paused queue'
  expect(await runFake([...args, '--dry-run'])).toMatchObject({ status: 0, output: `${what} would be copied\n` })
  expect(existsSync(to)).toBe(false)
  expect(await runFake(args)).toMatchObject({ status: 0, output: `${what} copied\n`, errorOutput: '' })
  expect(await sizeOf(new SqliteJobStore({ path: to }))).toEqual([2, 4])
  expect((await runFake(args)).output).toBe(`0 jobs, 0 pending runs copied\n${what} were there already\n`)
})

it('copies the rest where records cannot be read, names them, and ends with 1', async () => {
  const [from, to] = [await sourceFile(), newPath()]
  openDatabase(from).exec("UPDATE cronwright_records SET spec = 'x' WHERE id IN ('b', 'a@2')")
  expect(await runFake(['copy', '--from', `sqlite:${from}`, '--to', `sqlite:${to}`])).toMatchObject({
    status: 1,
    output: expect.stringMatching(/^1 job, 2 pending runs, /),
    errorOutput: 'cronwright: 2 records could not be read, and stayed in the source: job "b", run "a@2"\n',
  })
})

it('names what stands in the way, and ends with 1', async () => {
  const [from, to] = [await sourceFile(), newPath()]
  await fill(new SqliteJobStore({ path: to }), jobRecord('b', { due: NOW + 1 }))
  expect(await runFake(['copy', '--from', `sqlite:${from}`, '--to', `sqlite:${to}`])).toMatchObject({
    status: 1,
    output: '',
    errorOutput:
      'cronwright: the target has something else under 1 of the ids of the source: job "b"; nothing was written\n',
  })
})

it('says that the source has no tables', async () => {
  const from = newPath()
  const result = await runFake(['copy', '--from', `sqlite:${from}`, '--to', `sqlite:${newPath()}`])
  expect(result).toMatchObject({ status: 1, output: '' })
  expect(result.errorOutput).toBe('cronwright: the source has no tables of cronwright: there is nothing to copy\n')
})

it.each([
  [[], /--from URL is missing; see cronwright copy --help/],
  [['--from', 'sqlite:a.db'], /--to URL is missing/],
  [['--from', 'sqlite:a.db', '--to', 'sqlite:a.db'], /--from and --to are the same store/],
  [['--from', 'sqlite:a.db', '--to', 'memory:'], /--to: must be a store that outlives this process/],
  [['--from', 'nosuch:x', '--to', 'sqlite:a.db'], /--from: must be a URL that begins with one of memory:, sqlite:/],
  [['--from', 'sqlite:a.db?tabel=x', '--to', 'sqlite:b.db'], /--from\.tabel: must be one of the options/],
  [['sqlite:a.db', 'sqlite:b.db'], /an argument too many/],
  [['--form', 'sqlite:a.db'], /unknown option --form: did you mean --from\?/],
])('refuses %j', async (args, message) => {
  const { status, output, errorOutput } = await runFake(['copy', ...args])
  expect([status, output]).toEqual([2, ''])
  expect(errorOutput).toMatch(message)
})

it.each([
  `postgres://cron:${PASSWORD}@127.0.0.1:1/jobs`,
  `mysql://cron:${PASSWORD}@127.0.0.1:1/jobs`,
  `redis://cron:${PASSWORD}@127.0.0.1:1/0`,
  `etcd://cron:${PASSWORD}@127.0.0.1:1/jobs`,
  `nosuch://cron:${PASSWORD}@127.0.0.1:1/jobs`,
  `postgres://cron:${PASSWORD}@127.0.0.1:1/jobs?table=1`,
  `postgres//cron:${PASSWORD}@127.0.0.1:1/jobs`,
])('shows no password: %s', { timeout: 30_000 }, async (url) => {
  const source = await sourceFile()
  for (const args of [
    ['copy', '--from', url, '--to', `sqlite:${newPath()}`],
    ['copy', '--from', `sqlite:${source}`, '--to', url],
    ['copy', '--from', url, '--to', url],
    ['copy', url],
    ['migrate', url, url],
  ]) {
    const { status, output, errorOutput } = await runFake(args)
    if (args[0] === 'copy') expect(status).not.toBe(0)
    expect(`${output}${errorOutput}`).not.toContain(PASSWORD)
  }
})

it('explains itself', async () => {
  const { status, output } = await runFake(['copy', '--help'])
  expect(status).toBe(0)
  expect(output).toContain('--dry-run')
  expect(Math.max(...output.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(80)
})
