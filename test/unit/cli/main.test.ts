/** The built executable, started as users start it. Everything else about the command line is tested without a process. */

import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { describe, expect, it } from 'vitest'

import { linesOf } from './fake-environment.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const MAIN = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url))

function run(...args: string[]): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [MAIN, ...args], { cwd: ROOT, encoding: 'utf8' })
}

describe('the executable cronwright', () => {
  it('knows the version of its package and begins with a line for the shell', () => {
    const manifest = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'))
    expect(run('--version')).toMatchObject({ status: 0, stdout: `${manifest.version}\n`, stderr: '' })
    expect(readFileSync(MAIN, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
  })

  it('lists the sample crontab in 80 columns when it is not on a terminal', () => {
    const { status, stdout, stderr } = run('next', '--crontab', 'examples/crontab.sample', '--timezone', 'UTC')
    const lines = linesOf(stdout)
    const table = lines.slice(1, lines.indexOf(''))
    expect([status, stderr]).toEqual([0, ''])
    expect(table).toHaveLength(17)
    expect(Math.max(...table.map(({ length }) => length))).toBe(80)
    expect(lines).toContainEqual(expect.stringContaining('@reboot is ignored'))
  })

  it('ends with 1 for a crontab with a bad line and with 2 for a bad command line', () => {
    expect(run('next', '--crontab', 'test/fixtures/crontabs/broken.crontab').status).toBe(1)
    expect(run('next', '@daily', '--cuont', '3')).toMatchObject({
      status: 2,
      stdout: '',
      stderr: 'cronwright: unknown option --cuont: did you mean --count?\n',
    })
  })

  it('ends quietly when nobody reads on, as before head', async () => {
    const child = spawn(process.execPath, [MAIN, 'next', ...Array(5).fill('* * * * *'), '--count', '1000'])
    let complaints = ''
    child.stderr.on('data', (chunk) => {
      complaints += String(chunk)
    })
    child.stdout.once('data', () => child.stdout.destroy())
    const [status] = await once(child, 'close')
    expect([status, complaints]).toEqual([0, ''])
  })
})
