/**
 * The arguments of `cronwright next`: which there are, what they default to, and what makes each of them wrong.
 */

import { checkTimezone } from '../../core/validate.ts'
import { InvalidArgumentError, TriggerError } from '../../errors.ts'
import { date, NONE } from '../../triggers/index.ts'
import type { CrontabFormat } from '../crontab-line.ts'
import { type OptionRule, parseOptions } from '../options.ts'
import { UsageError } from '../usage-error.ts'

/** The most fire times that are listed for one schedule. */
export const MAX_COUNT = 1_000

const DEFAULT_COUNT = { expressions: 5, crontab: 1 } as const
const HELP_COMMAND = 'cronwright next --help'
const INSTANT_RULE = 'must be an ISO 8601 date and time with Z or an offset, such as 2026-03-29T00:00:00+02:00'

const RULES = {
  after: { takes: 'value' },
  count: { takes: 'value' },
  crontab: { takes: 'list' },
  help: { takes: 'flag', short: 'h' },
  json: { takes: 'flag' },
  'system-format': { takes: 'flag' },
  timezone: { takes: 'value' },
  'user-format': { takes: 'flag' },
} as const satisfies Record<string, OptionRule>

/** What `cronwright next` is asked to do. */
export type NextArguments = { readonly mode: 'help' } | ExpressionArguments | CrontabArguments

/** How fire times are listed. */
export interface ListingArguments {
  readonly timezone: string
  readonly count: number
  /** The listing starts after this instant, in epoch ms. */
  readonly afterMs: number
  /** Whether `--after` chose that instant; otherwise it is now. */
  readonly startsElsewhere: boolean
  readonly json: boolean
}

export interface ExpressionArguments extends ListingArguments {
  readonly mode: 'expressions'
  readonly expressions: readonly string[]
}

export interface CrontabArguments extends ListingArguments {
  readonly mode: 'crontab'
  readonly paths: readonly string[]
  /** Undefined: guessed for each file. */
  readonly format: CrontabFormat | undefined
}

/**
 * @param defaults - the zone and the instant that hold when the arguments name none
 * @throws UsageError when arguments are missing or exclude each other
 * @throws InvalidArgumentError when the value of an option is wrong
 */
export function parseNextArguments(
  args: readonly string[],
  defaults: { readonly timezone: string; readonly nowMs: number },
): NextArguments {
  const { flags, values, positionals } = parseOptions(args, RULES, HELP_COMMAND)
  if (flags.has('help')) return { mode: 'help' }
  const value = (name: keyof typeof RULES): string | undefined => values.get(name)?.[0]
  const crontabs = values.get('crontab')
  const after = value('after')
  const listing: ListingArguments = {
    timezone: checkTimezone(value('timezone') ?? defaults.timezone, '--timezone'),
    count: parseCount(value('count'), crontabs === undefined ? DEFAULT_COUNT.expressions : DEFAULT_COUNT.crontab),
    afterMs: after === undefined ? defaults.nowMs : parseInstant(after),
    startsElsewhere: after !== undefined,
    json: flags.has('json'),
  }
  const format = parseFormat(flags)
  if (crontabs !== undefined) return { ...listing, mode: 'crontab', paths: [...crontabs, ...positionals], format }
  if (format !== undefined) {
    throw new UsageError(`--${format}-format needs --crontab FILE`, `--${format}-format`, true, 'needs --crontab')
  }
  return { ...listing, mode: 'expressions', expressions: parseExpressions(positionals) }
}

function parseExpressions(positionals: readonly string[]): readonly string[] {
  if (positionals.length === 0) {
    const rule = 'give an expression or --crontab FILE'
    throw new UsageError(`nothing to list: ${rule}; see ${HELP_COMMAND}`, 'expression', undefined, rule)
  }
  const isOneField = (text: string): boolean => !/[ \t]/.test(text.trim()) && !text.startsWith('@')
  if (positionals.length > 1 && positionals.every(isOneField)) {
    const rule = "put quotes around an expression, as in cronwright next '0 9 * * 1-5'"
    throw new UsageError(
      `the expression fell apart into ${positionals.length} arguments: ${rule}`,
      'expression',
      positionals,
      rule,
    )
  }
  return positionals
}

function parseFormat(flags: ReadonlySet<string>): CrontabFormat | undefined {
  const system = flags.has('system-format')
  if (!flags.has('user-format')) return system ? 'system' : undefined
  if (!system) return 'user'
  throw new UsageError('--user-format and --system-format exclude each other', '--user-format', true, 'one format only')
}

function parseCount(text: string | undefined, defaultCount: number): number {
  if (text === undefined) return defaultCount
  const count = /^\d{1,6}$/.test(text) ? Number(text) : 0
  if (count >= 1 && count <= MAX_COUNT) return count
  throw new InvalidArgumentError('--count', text, `must be a whole number from 1 to ${MAX_COUNT}`)
}

/** An instant is what `date()` takes for one, so that the command line and the code agree on it. */
function parseInstant(text: string): number {
  try {
    return date(text).nextAt(NONE)
  } catch (error) {
    if (!(error instanceof TriggerError)) throw error
    throw new InvalidArgumentError('--after', text, INSTANT_RULE)
  }
}
