import { describe, expect, it } from 'vitest'

import { type OptionRule, parseOptions } from '../../../src/cli/options.ts'
import { closestWord } from '../../../src/cli/suggestion.ts'

const RULES: Record<string, OptionRule> = {
  count: { takes: 'value' },
  file: { takes: 'list' },
  help: { takes: 'flag', short: 'h' },
  timezone: { takes: 'value' },
}

function parse(...args: string[]): ReturnType<typeof parseOptions> {
  return parseOptions(args, RULES, 'tool --help')
}

describe('options', () => {
  it('are told apart from positionals, in any order', () => {
    const parsed = parse('a', '--count', '3', 'b', '-h', '--file=x', '--file', 'y', '--', '--count')
    expect(parsed.positionals).toEqual(['a', 'b', '--count'])
    expect([...parsed.flags]).toEqual(['help'])
    expect(Object.fromEntries(parsed.values)).toEqual({ count: ['3'], file: ['x', 'y'] })
  })

  it.each([
    [['--timezon', 'x'], 'unknown option --timezon: did you mean --timezone?'],
    [['--conut=3'], 'unknown option --conut: did you mean --count?'],
    [['--everything'], 'unknown option --everything: run tool --help to see the options'],
    [['--constructor'], 'unknown option --constructor: run tool --help to see the options'],
    [['-x'], 'unknown option -x: run tool --help to see the options'],
    [['--help=yes'], '--help takes no value'],
    [['--count'], '--count needs a value'],
    [['--count', '--help'], '--count needs a value'],
    [['--count', '1', '--count', '2'], '--count may be given once only'],
  ])('%j are refused with a reason', (args, message) => {
    expect(() => parse(...args)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', message }))
  })

  it('may have a value that begins with a dash after =', () => {
    expect(parse('--count=-5').values.get('count')).toEqual(['-5'])
  })
})

describe('a suggestion', () => {
  it('is the word that was abbreviated, or one at most two edits away', () => {
    expect(closestWord('time', ['count', 'timezone'])).toBe('timezone')
    expect(closestWord('nxet', ['next'])).toBe('next')
    expect(closestWord('list', ['next'])).toBeUndefined()
    expect(closestWord('', ['next'])).toBeUndefined()
  })
})
