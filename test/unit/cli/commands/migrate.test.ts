import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { SqliteJobStore } from '../../../../src/sqlite.ts'
import { jobRecord } from '../../../../src/testing/conformance/records.ts'
import { fill, sizeOf } from '../../stores/copy/support.ts'
import { newPath, openDatabase } from '../../stores/sqlite/fixtures.ts'
import { runFake } from '../fake-environment.ts'

function configuration(content: unknown): string {
  const directory = mkdtempSync(join(tmpdir(), 'cronwright-migrate-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  writeFileSync(join(directory, 'cronwright.json'), JSON.stringify(content))
  return directory
}

it('ZJ-34 creates the tables, and has nothing to do the second time', async () => {
  const path = newPath()
  const url = `sqlite:${path}`
  expect(await runFake(['migrate', url])).toMatchObject({ status: 0, output: 'tables created: version 1\n' })
  await fill(new SqliteJobStore({ path, autoMigrate: false }), jobRecord('kept'))
  expect(await runFake(['migrate', url])).toMatchObject({ status: 0, output: 'nothing to do: version 1\n' })
  expect(await sizeOf(new SqliteJobStore({ path }))).toEqual([1, 0])
})

it('ZJ-34 migrates where autoMigrate is off, which is refused before and says so', async () => {
  const path = newPath()
  const start = () => fill(new SqliteJobStore({ path, autoMigrate: false }), jobRecord('job'))
  await expect(start()).rejects.toThrow(/does not exist; run cronwright migrate with the URL of the store/)
  expect((await runFake(['migrate', `sqlite:${path}?autoMigrate=false`])).output).toBe('tables created: version 1\n')
  await start()
  expect(await sizeOf(new SqliteJobStore({ path }))).toEqual([1, 0])
})

it('ZJ-34 migrates every store of a configuration file, each named, and those without tables not', async () => {
  const directory = configuration({
    timezone: 'UTC',
    jobStores: { default: { type: 'sqlite', path: newPath(), autoMigrate: false }, scratch: 'memory:' },
  })
  const output = 'default: tables created: version 1\nscratch: nothing to do: this store has no tables\n'
  for (const flag of ['-c', '--config']) {
    const result = await runFake(['migrate', flag, 'cronwright.json'], {}, { workingDirectory: directory })
    expect(result.status).toBe(0)
    if (flag === '-c') expect(result.output).toBe(output)
    else expect(result.output).toContain('default: nothing to do: version 1\n')
  }
})

it('goes on to the next store where one fails, and ends with 1', async () => {
  const [newer, fresh] = [newPath(), newPath()]
  openDatabase(newer).exec(
    'CREATE TABLE cronwright_records_schema (version INTEGER); INSERT INTO cronwright_records_schema VALUES (99)',
  )
  expect(await runFake(['migrate', `sqlite:${newer}`, `sqlite:${fresh}`])).toMatchObject({
    status: 1,
    output: 'URL 2: tables created: version 1\n',
    errorOutput: expect.stringMatching(/^cronwright: URL 1: the schema .* version 99, is newer than this release/),
  })
})

it.each([
  [[], /give the URLs of stores, or --config FILE; see cronwright migrate --help/],
  [['sqlite:a.db', '--config', 'x.json'], /give the URLs of stores, or --config FILE/],
  [['memory:'], /the URL: must be a store that outlives this process/],
  [['a.db'], /the URL: must be a URL that begins with one of memory:/],
  [['--config', 'missing.json'], /must be an object, JSON text or the path of a readable JSON file \(ENOENT\)/],
])('refuses %j', async (args, message) => {
  const { status, output, errorOutput } = await runFake(['migrate', ...args])
  expect([status, output]).toEqual([2, ''])
  expect(errorOutput).toMatch(message)
})

it('finds everything that is wrong with a configuration file, and migrates nothing', async () => {
  const path = newPath()
  const jobStores = { default: `sqlite:${path}`, other: 'nosuch://u:hunter2-secret@h/' }
  const directory = configuration({ jobStores, zone: 'UTC' })
  const { status, errorOutput } = await runFake(
    ['migrate', '-c', 'cronwright.json'],
    {},
    { workingDirectory: directory },
  )
  expect(status).toBe(2)
  expect(errorOutput).toMatch(/jobStores\.other: .*zone: /)
  expect(errorOutput).not.toContain('hunter2')
  expect(await new SqliteJobStore({ path }).schemaVersion()).toEqual({ current: 0, latest: 1 })
})

it('explains itself', async () => {
  const { status, output } = await runFake(['migrate', '--help'])
  expect(status).toBe(0)
  expect(Math.max(...output.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(80)
})
