import { readdirSync, readFileSync } from 'node:fs'

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { type CrontabEntry, type JobEntry, readCrontab } from '../../../src/cli/crontab-file.ts'
import type { CrontabFormat } from '../../../src/cli/crontab-line.ts'

const FIXTURES = new URL('../../fixtures/crontabs/', import.meta.url)

function read(text: string, format: CrontabFormat = 'user'): CrontabEntry[] {
  return readCrontab(text, { format, timezone: 'UTC' })
}

function jobsOf(entries: readonly CrontabEntry[]): JobEntry[] {
  return entries.filter((entry) => entry.kind === 'job')
}

describe('a crontab', () => {
  it('has an entry for every line, counted from 1', () => {
    const entries = read('# a\n\nX=1\n0 5 * * * run\n@reboot run\nnonsense\n')
    expect(entries.map(({ kind, line }) => [line, kind])).toEqual([
      [1, 'comment'],
      [2, 'blank'],
      [3, 'variable'],
      [4, 'job'],
      [5, 'boot'],
      [6, 'unreadable'],
    ])
  })

  it('is read the same with Windows line ends and without a line end at the end of the file', () => {
    const [job] = jobsOf(read('# a\r\n0 5 * * * run it'))
    expect(job).toMatchObject({ line: 2, schedule: '0 5 * * *', command: 'run it' })
    expect(jobsOf(read('0 5 * * * run it\r\n'))[0]?.command).toBe('run it')
  })

  it('is empty for an empty text', () => {
    expect(read('')).toEqual([])
  })

  it('gives each job a trigger that knows its schedule', () => {
    const [job] = jobsOf(read('30 4 * * 0 run'))
    expect(job?.trigger.next(new Date('2026-03-02T00:00:00Z'))).toEqual(new Date('2026-03-08T04:30:00Z'))
  })

  it('says why a schedule is wrong and goes on with the next line', () => {
    const entries = read('61 * * * * run\n0 0 31 2 * run\n@fortnightly run\n0 5 * * * run\n')
    expect(entries.map(({ kind }) => kind)).toEqual(['unreadable', 'unreadable', 'unreadable', 'job'])
    expect(entries[0]).toMatchObject({ line: 1, text: '61 * * * * run', reason: expect.stringMatching(/minute.*61/) })
  })

  it('keeps @reboot apart, because it has no fire times', () => {
    const [entry] = read('@reboot root run it', 'system')
    expect(entry).toEqual({
      kind: 'boot',
      line: 1,
      schedule: '@reboot',
      user: 'root',
      command: 'run it',
      unlogged: false,
    })
  })
})

describe('the time zone of a crontab', () => {
  const zonesOf = (text: string): string[] => jobsOf(read(text)).map(({ timezone }) => timezone)

  it('changes for the lines that follow CRON_TZ', () => {
    const text = '0 5 * * * a\nCRON_TZ=Europe/Athens\n0 5 * * * b\nCRON_TZ="Asia/Tokyo"\n0 5 * * * c\n'
    expect(zonesOf(text)).toEqual(['UTC', 'Europe/Athens', 'Asia/Tokyo'])
  })

  it('decides when the job fires', () => {
    const [job] = jobsOf(read('CRON_TZ=America/New_York\n30 9 * * mon-fri open\n'))
    expect(job?.trigger.next(new Date('2026-07-01T00:00:00Z'))).toEqual(new Date('2026-07-01T13:30:00Z'))
  })

  it('is also set by TZ, which CRON_TZ outranks', () => {
    const text = 'TZ=Asia/Tokyo\n0 5 * * * a\nCRON_TZ=Europe/Athens\n0 5 * * * b\nTZ=UTC\n0 5 * * * c\n'
    expect(zonesOf(text)).toEqual(['Asia/Tokyo', 'Europe/Athens', 'Europe/Athens'])
  })

  it('is the default again after an empty CRON_TZ', () => {
    expect(zonesOf('CRON_TZ=Asia/Tokyo\nCRON_TZ=\n0 5 * * * a\n')).toEqual(['UTC'])
  })

  it('makes the lines after an unknown zone unreadable, until another zone is set', () => {
    const entries = read('CRON_TZ=Mars/Olympus\n0 5 * * * a\n@reboot b\nCRON_TZ=UTC\n0 5 * * * c\n')
    expect(entries.map(({ kind }) => kind)).toEqual(['unreadable', 'unreadable', 'boot', 'variable', 'job'])
    expect(entries[0]).toMatchObject({ reason: 'there is no time zone "Mars/Olympus"' })
    expect(entries[1]).toMatchObject({ reason: 'the time zone "Mars/Olympus" that line 1 sets does not exist' })
  })
})

describe('crontabs as they are found on machines', () => {
  const systemFiles = [
    'etc/crontab',
    ...readdirSync(new URL('etc/cron.d/', FIXTURES)).map((name) => `etc/cron.d/${name}`),
  ]

  it.each(systemFiles)('%s is read to the last line', (name) => {
    const text = readFileSync(new URL(name, FIXTURES), 'utf8')
    const entries = read(text, 'system')
    expect(entries.filter(({ kind }) => kind === 'unreadable')).toEqual([])
    expect(jobsOf(entries).length).toBeGreaterThan(0)
    expect(jobsOf(entries).every(({ user }) => user !== undefined)).toBe(true)
  })

  it('a user crontab is read to the last line', () => {
    const entries = read(readFileSync(new URL('user.crontab', FIXTURES), 'utf8'))
    expect(entries.filter(({ kind }) => kind === 'unreadable')).toEqual([])
    expect(jobsOf(entries)).toHaveLength(6)
  })

  it('the sample that is shipped is read to the last line', () => {
    const text = readFileSync(new URL('../../../examples/crontab.sample', import.meta.url), 'utf8')
    expect(read(text, 'system').filter(({ kind }) => kind === 'unreadable')).toEqual([])
  })
})

describe('any text at all', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '*',
      '*/5',
      '0',
      '7',
      '61',
      '@daily',
      '@reboot',
      '-',
      '%',
      '=',
      '"',
      "'",
      '#',
      'L',
      '\t',
      ' ',
      'root',
    ),
    fc.constantFrom(
      'CRON_TZ=',
      'TZ=UTC',
      'MAILTO=""',
      '0 5 * * * run',
      '0 5 31 2 * never',
      '-@daily x y',
      '\u00A0',
      '\0',
    ),
    fc.string({ unit: 'binary', maxLength: 8 }),
  )
  const line = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(' ').replaceAll(/[\r\n]/g, ''))

  it('is read without an exception, and every line is accounted for', () => {
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 10 }),
        fc.constantFrom('user' as const, 'system' as const),
        fc.constantFrom('\n', '\r\n'),
        (lines, format, lineEnd) => {
          const entries = read(lines.map((text) => text + lineEnd).join(''), format)
          expect(entries.map((entry) => entry.line)).toEqual(lines.map((_, index) => index + 1))
        },
      ),
      { numRuns: 500 },
    )
  })
})
