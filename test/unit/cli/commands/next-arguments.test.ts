import { describe, expect, it } from 'vitest'

import { parseNextArguments } from '../../../../src/cli/commands/next-arguments.ts'
import { NOW } from '../fake-environment.ts'

function parse(...args: string[]): ReturnType<typeof parseNextArguments> {
  return parseNextArguments(args, { timezone: 'Europe/Athens', nowMs: NOW })
}

describe('the arguments of cronwright next', () => {
  it('default to five fire times from now in the zone of the system', () => {
    expect(parse('@daily')).toEqual({
      mode: 'expressions',
      expressions: ['@daily'],
      timezone: 'Europe/Athens',
      count: 5,
      afterMs: NOW,
      startsElsewhere: false,
      json: false,
    })
  })

  it('default to one fire time for each line of a crontab', () => {
    expect(parse('--crontab', 'a', 'b', '--crontab=c')).toMatchObject({
      mode: 'crontab',
      paths: ['a', 'c', 'b'],
      count: 1,
      format: undefined,
    })
  })

  it('set zone, count, start, format and output', () => {
    const args = ['--timezone', 'Asia/Tokyo', '--count=7', '--after', '2026-03-29T02:00:00+02:00', '--json']
    expect(parse('--crontab', 'a', '--system-format', ...args)).toMatchObject({
      timezone: 'Asia/Tokyo',
      count: 7,
      afterMs: Date.parse('2026-03-29T00:00:00Z'),
      startsElsewhere: true,
      json: true,
      format: 'system',
    })
    expect(parse('--crontab', 'a', '--user-format')).toMatchObject({ format: 'user' })
  })

  it('ask for help, whatever else they say', () => {
    expect(parse('--help', '--count', 'x')).toEqual({ mode: 'help' })
  })

  it.each([
    [[], /^nothing to list: give an expression or --crontab FILE/],
    [['*/5', '*', '*', '*', '*'], /^the expression fell apart into 5 arguments: put quotes around/],
    [['@daily', '--count', '0'], /^--count: must be a whole number from 1 to 1000, got "0"$/],
    [['@daily', '--count', '1001'], /^--count: .*got "1001"$/],
    [['@daily', '--count', '1e2'], /^--count: .*got "1e2"$/],
    [['@daily', '--count=-1'], /^--count: .*got "-1"$/],
    [['@daily', '--timezone', 'Mars/Olympus'], /^--timezone: must be an IANA time zone.*got "Mars\/Olympus"$/],
    [['@daily', '--after', 'tomorrow'], /^--after: .*ISO 8601.*got "tomorrow"$/],
    [['@daily', '--after', '2026-03-29'], /^--after: .*offset/],
    [['@daily', '--after', '2026-03-29T02:00'], /^--after: .*offset/],
    [['@daily', '--after', '2026-02-30T00:00:00Z'], /^--after: .*got "2026-02-30T00:00:00Z"$/],
    [['@daily', '--after', '0000-01-01T00:00:00Z'], /^--after: .*got "0000-01-01T00:00:00Z"$/],
    [['@daily', '--system-format'], /^--system-format needs --crontab FILE$/],
    [['--crontab', 'a', '--system-format', '--user-format'], /exclude each other/],
  ])('%j are refused, with the argument and the rule', (args, message) => {
    const refused = { code: 'INVALID_ARGUMENT', message: expect.stringMatching(message) }
    expect(() => parse(...args)).toThrow(expect.objectContaining(refused))
  })
})
