import { describe, expect, it } from 'vitest'

import { linesOf, runFake } from '../fake-environment.ts'

describe("cronwright next '<expression>'", () => {
  it('prints local time, UTC and distance of the next fire times', async () => {
    const { status, output, errorOutput } = await runFake(['next', '0 9 * * 1-5', '--count', '2'])
    expect(linesOf(output)).toEqual([
      '0 9 * * 1-5  (Europe/Athens)',
      '  LOCAL TIME                      UTC                   IN',
      '  Mon 2026-11-23 09:00:00 +02:00  2026-11-23T07:00:00Z  1d 1h',
      '  Tue 2026-11-24 09:00:00 +02:00  2026-11-24T07:00:00Z  2d 1h',
    ])
    expect([status, errorOutput]).toEqual([0, ''])
  })

  it('prints five without --count, and reads the clock once', async () => {
    const { output, clockReadings } = await runFake(['next', '* * * * *', '@daily'])
    expect(linesOf(output)).toHaveLength(15)
    expect(clockReadings).toBe(1)
  })

  it('counts from --after, and says so', async () => {
    const args = [
      'next',
      '30 3 * * *',
      '--after',
      '2026-03-28T00:00:00Z',
      '--count',
      '3',
      '--timezone',
      'Europe/Athens',
    ]
    expect(linesOf((await runFake(args)).output)).toEqual([
      '30 3 * * *  (Europe/Athens)',
      '  LOCAL TIME                      UTC                   AFTER START',
      '  Sat 2026-03-28 03:30:00 +02:00  2026-03-28T01:30:00Z  1h 30m',
      '  Sun 2026-03-29 04:00:00 +03:00  2026-03-29T01:00:00Z  1d 1h',
      '  Mon 2026-03-30 03:30:00 +03:00  2026-03-30T00:30:00Z  2d 0h',
    ])
  })

  it('lists the other expressions when one cannot be read, and ends with 1', async () => {
    const { status, output, errorOutput } = await runFake([
      'next',
      '61 * * * *',
      '0 0 30 2 *',
      '@reboot',
      '@daily',
      '--count=1',
    ])
    const lines = linesOf(output)
    expect(lines.slice(0, 2)).toEqual(['61 * * * *', expect.stringMatching(/^ {2}cannot be read: .*minute.*61/)])
    expect(lines.slice(3, 5)).toEqual(['0 0 30 2 *', expect.stringMatching(/^ {2}cannot be read: /)])
    expect(lines.slice(6, 8)).toEqual(['@reboot', expect.stringMatching(/^ {2}cannot be read: .*@reboot/)])
    expect(lines.at(-1)).toBe('  Mon 2026-11-23 00:00:00 +02:00  2026-11-22T22:00:00Z  16h 57m')
    expect([status, errorOutput]).toEqual([1, ''])
  })

  it('says when there is no fire time left', async () => {
    const { status, output } = await runFake(['next', '0 0 0 1 1 * 2025'])
    expect(linesOf(output)).toEqual(['0 0 0 1 1 * 2025  (Europe/Athens)', '  no fire time after 2026-11-22T05:02:12Z'])
    expect(status).toBe(0)
  })

  it('prints every field as JSON', async () => {
    const { status, output } = await runFake(['next', '0 9 * * *', '61 * * * *', '--json', '--count', '1'])
    expect(JSON.parse(output)).toEqual({
      after: '2026-11-22T05:02:12Z',
      expressions: [
        {
          expression: '0 9 * * *',
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
        { expression: '61 * * * *', error: { code: 'INVALID_TRIGGER', message: expect.stringContaining('61') } },
      ],
    })
    expect(status).toBe(1)
  })

  it('--help prints its options and the exit statuses', async () => {
    const { status, output } = await runFake(['next', '--help'])
    expect(status).toBe(0)
    for (const option of ['timezone', 'count', 'after', 'json', 'crontab', 'user-format', 'system-format', 'help']) {
      expect(output).toContain(`--${option}`)
    }
    expect(Math.max(...linesOf(output).map(({ length }) => length))).toBeLessThanOrEqual(80)
  })

  it('an unknown flag ends with 2, a hint and no output', async () => {
    expect(await runFake(['next', '@daily', '--timezon', 'UTC'])).toMatchObject({
      status: 2,
      output: '',
      errorOutput: 'cronwright: unknown option --timezon: did you mean --timezone?\n',
    })
  })
})
