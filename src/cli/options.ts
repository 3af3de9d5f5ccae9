/**
 * Reads flags and positionals with `node:util`, and words its own refusals: parseArgs' strict mode says neither what
 * was probably meant nor anything that could be told apart without matching its text.
 */

import { parseArgs } from 'node:util'

import { closestWord } from './suggestion.ts'
import { UsageError } from './usage-error.ts'

/** How a flag is read: `flag` takes no value, `value` one, `list` may be repeated. */
export interface OptionRule {
  readonly takes: 'flag' | 'value' | 'list'
  /** One letter that stands for the name. */
  readonly short?: string
}

/** What the command line said. Flags that were not given are absent. */
export interface ParsedOptions {
  readonly flags: ReadonlySet<string>
  /** Every value in the order given; for `value` rules the only one. */
  readonly values: ReadonlyMap<string, readonly string[]>
  readonly positionals: readonly string[]
}

/**
 * @param helpCommand - what an error tells the user to run to see the options
 * @throws UsageError for an unknown flag, a missing, needless or repeated value
 */
export function parseOptions(
  args: readonly string[],
  rules: Readonly<Record<string, OptionRule>>,
  helpCommand: string,
): ParsedOptions {
  const flags = new Set<string>()
  const values = new Map<string, string[]>()
  const positionals: string[] = []
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(Object.entries(rules).map(([name, rule]) => [name, toNodeOption(rule)])),
    strict: false,
    tokens: true,
  })
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value)
    if (token.kind !== 'option') continue
    const rule = Object.hasOwn(rules, token.name) ? rules[token.name] : undefined
    if (rule === undefined) throw unknownOption(token.rawName, Object.keys(rules), helpCommand)
    if (rule.takes === 'flag') {
      if (token.value !== undefined) throw broken(token.rawName, token.value, 'takes no value')
      flags.add(token.name)
      continue
    }
    // In `--after --json` the value was forgotten, although parseArgs would take the next flag for it.
    const forgotten = token.value === undefined || (!token.inlineValue && /^-./.test(token.value))
    if (forgotten) throw broken(token.rawName, token.value, 'needs a value')
    const given = values.get(token.name) ?? []
    if (rule.takes === 'value' && given.length > 0) throw broken(token.rawName, token.value, 'may be given once only')
    values.set(token.name, [...given, token.value ?? ''])
  }
  return { flags, values, positionals }
}

function toNodeOption(rule: OptionRule): { type: 'boolean' | 'string'; multiple: boolean; short?: string } {
  return {
    type: rule.takes === 'flag' ? 'boolean' : 'string',
    multiple: true,
    ...(rule.short === undefined ? {} : { short: rule.short }),
  }
}

function broken(option: string, value: unknown, rule: string): UsageError {
  return new UsageError(`${option} ${rule}`, option, value, rule)
}

function unknownOption(option: string, known: readonly string[], helpCommand: string): UsageError {
  const near = closestWord(option.replace(/^-+/, ''), known)
  const hint = near === undefined ? `run ${helpCommand} to see the options` : `did you mean --${near}?`
  return new UsageError(`unknown option ${option}: ${hint}`, option, option, 'must be a known option')
}
