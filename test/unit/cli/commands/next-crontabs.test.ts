import { readFileSync } from 'node:fs'

import { describe, expect, it } from 'vitest'

import { linesOf, type ProgramResult, runFake } from '../fake-environment.ts'

const FIXTURES = new URL('../../../fixtures/crontabs/', import.meta.url)

function fixture(name: string): string {
  return readFileSync(new URL(name, FIXTURES), 'utf8')
}

function runOn(text: string, args: readonly string[] = [], width = 100): Promise<ProgramResult> {
  return runFake(['next', '--crontab', 'my.crontab', ...args], { '/home/maria/my.crontab': text }, { width })
}

describe('cronwright next --crontab', () => {
  it('prints line, schedule, user, next fire time, distance and command', async () => {
    const { status, output } = await runFake(['next', '--crontab', '/etc/cron.d/sysstat'], {
      '/etc/cron.d/sysstat': fixture('etc/cron.d/sysstat'),
    })
    expect(linesOf(output)).toEqual([
      '/etc/cron.d/sysstat  (system format, Europe/Athens)',
      'LINE  SCHEDULE         USER  NEXT                         IN       COMMAND',
      '   5  5-55/10 * * * *  root  Sun 2026-11-22 07:05 +02:00  2m 48s   sa1 --samples 1 > /dev/null',
      '   8  59 23 * * *      root  Sun 2026-11-22 23:59 +02:00  16h 56m  sa1 --samples 60 --rotate',
    ])
    expect(status).toBe(0)
  })

  it('leaves the user column out of a user crontab', async () => {
    const { output } = await runOn('0 9 * * * tar -zcf a.tgz ~\n')
    expect(linesOf(output)).toEqual([
      'my.crontab  (user format, Europe/Athens)',
      'LINE  SCHEDULE   NEXT                         IN      COMMAND',
      '   1  0 9 * * *  Sun 2026-11-22 09:00 +02:00  1h 57m  tar -zcf a.tgz ~',
    ])
  })

  it('says plainly that @reboot is ignored, and that a leading dash has no effect', async () => {
    const { status, output } = await runOn('@reboot ./tunnel\n-0 9 * * * ./quiet\n')
    expect(linesOf(output).slice(-2)).toEqual([
      'line 1: @reboot is ignored, it runs at boot, not on a clock: ./tunnel',
      'line 2: the leading "-" keeps cronie from logging the run; it has no effect on the schedule',
    ])
    expect(status).toBe(0)
  })

  it('lists the lines that it cannot read with number and reason, shows the others, and ends with 1', async () => {
    const { status, output, errorOutput } = await runOn(fixture('broken.crontab'))
    const lines = linesOf(output)
    expect(lines.filter((line) => line.includes('/opt/app/')).map((line) => line.trim().split('/').at(-1))).toEqual([
      'first',
      'last',
    ])
    expect(lines.slice(lines.indexOf('') + 1)).toEqual([
      expect.stringMatching(/^line 3 cannot be read: .*minute.*61/),
      expect.stringMatching(/^line 4 cannot be read: a schedule has five fields/),
      expect.stringMatching(/^line 5 cannot be read: there is no command after the schedule/),
      expect.stringMatching(/^line 6 cannot be read: .*@fortnightly/),
      expect.stringMatching(/^line 7 cannot be read: the value of NAME has no closing "/),
      expect.stringMatching(/^line 8 cannot be read: /),
      expect.stringMatching(/^line 9 cannot be read: .*please/),
      expect.stringMatching(/^line 10 cannot be read: there is no time zone "Mars\/Olympus_Mons"/),
      expect.stringMatching(/^line 11 cannot be read: the time zone "Mars\/Olympus_Mons" that line 10 sets/),
    ])
    expect([status, errorOutput]).toEqual([1, ''])
  })

  it('says which lines are in a zone that CRON_TZ set', async () => {
    const { output } = await runOn('0 9 * * * a b\nCRON_TZ=Asia/Tokyo\n0 9 * * * c d\n\n0 10 * * * e f\n')
    expect(linesOf(output).slice(1)).toEqual([
      'LINE  SCHEDULE    NEXT                         IN       COMMAND',
      '   1  0 9 * * *   Sun 2026-11-22 09:00 +02:00  1h 57m   a b',
      '   3  0 9 * * *   Mon 2026-11-23 09:00 +09:00  18h 57m  c d',
      '   5  0 10 * * *  Mon 2026-11-23 10:00 +09:00  19h 57m  e f',
      '',
      'in Asia/Tokyo: lines 3, 5',
    ])
  })

  it('lists --count fire times of each line below each other', async () => {
    const { output } = await runOn('0 9 * * * a b\n', ['--count', '2'])
    expect(linesOf(output).slice(2)).toEqual([
      '   1  0 9 * * *  Sun 2026-11-22 09:00 +02:00  1h 57m  a b',
      '                 Mon 2026-11-23 09:00 +02:00  1d 1h',
    ])
  })

  it('cuts the command to the width of the terminal', async () => {
    const { output } = await runOn(`0 9 * * * run ${'x'.repeat(200)}\n`, [], 80)
    expect(linesOf(output)[2]).toMatch(/^.{79}…$/)
  })

  it('shows @never as never', async () => {
    expect(linesOf((await runOn('@never run it\n')).output)[2]).toBe('   1  @never    never      run it')
  })

  it('says when no line runs on a clock', async () => {
    expect(linesOf((await runOn('# nothing yet\n')).output)).toEqual([
      'my.crontab  (user format, Europe/Athens)',
      'no line runs on a clock',
    ])
  })

  it('believes the flags and not the path', async () => {
    const files = { '/etc/crontab': '0 9 * * * run it\n' }
    expect((await runFake(['next', '--crontab', '/etc/crontab', '--user-format'], files)).output).toContain('run it')
    expect((await runFake(['next', '--crontab', '/etc/crontab'], files)).output).toMatch(/ run +Sun .* it\n/)
    expect((await runOn('0 9 * * * run it\n', ['--system-format'])).output).toMatch(/ run +Sun .* it\n/)
  })

  it('guesses from the whole path of a relative name', async () => {
    const files = { '/etc/cron.d/local': '0 9 * * * deploy run it\n' }
    const { output } = await runFake(['next', '--crontab', 'local'], files, { workingDirectory: '/etc/cron.d' })
    expect(output).toContain('local  (system format')
  })

  it('goes on with the next file when one cannot be opened, and ends with 1', async () => {
    const { status, output } = await runFake(['next', '--crontab', 'missing', 'here'], {
      '/home/maria/here': '@daily run\n',
    })
    expect(linesOf(output).slice(0, 3)).toEqual([
      'missing',
      "  cannot be read: ENOENT: no such file, open '/home/maria/missing'",
      '',
    ])
    expect(output).toContain('@daily')
    expect(status).toBe(1)
  })

  it('prints every field of every line as JSON', async () => {
    const text = 'MAILTO=""\n-0 9 * * * root run\\%it\n@reboot root up now\n0 9 * *\n'
    const { status, output } = await runOn(text, ['--json', '--system-format'])
    expect(JSON.parse(output)).toEqual({
      after: '2026-11-22T05:02:12Z',
      files: [
        {
          path: 'my.crontab',
          format: 'system',
          timezone: 'Europe/Athens',
          lines: [
            { kind: 'variable', line: 1, name: 'MAILTO', value: '' },
            {
              kind: 'job',
              line: 2,
              schedule: '0 9 * * *',
              user: 'root',
              command: 'run\\%it',
              unlogged: true,
              timezone: 'Europe/Athens',
              fireTimes: [
                {
                  local: '2026-11-22T09:00:00+02:00',
                  utc: '2026-11-22T07:00:00Z',
                  epochMs: Date.parse('2026-11-22T07:00:00Z'),
                  inMs: 7_068_000,
                },
              ],
            },
            { kind: 'boot', line: 3, schedule: '@reboot', user: 'root', command: 'up now', unlogged: false },
            { kind: 'unreadable', line: 4, text: '0 9 * *', reason: expect.stringContaining('five fields') },
          ],
        },
      ],
    })
    expect(status).toBe(1)
  })

  it('prints an unreadable file as JSON too', async () => {
    const { status, output } = await runFake(['next', '--crontab', 'missing', '--json'])
    expect(JSON.parse(output)).toMatchObject({ files: [{ path: 'missing', error: expect.stringContaining('ENOENT') }] })
    expect(status).toBe(1)
  })
})
