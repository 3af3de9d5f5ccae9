/**
 * A whole crontab: text in, one entry for every line out. Never throws; a line that cannot be read becomes an entry
 * that says why, and the lines after it are read as if it were not there.
 *
 * The one thing that lines share is the time zone: `CRON_TZ=` (or `TZ=`) holds for the lines that follow it. A zone
 * that nobody knows makes those lines unreadable too, because every time shown for them would be a guess.
 */

import { CronwrightError } from '../errors.ts'
import { cron, type Trigger } from '../triggers/index.ts'
import { type CrontabFormat, type CrontabJobLine, type CrontabVariableLine, readCrontabLine } from './crontab-line.ts'
import { isTimeZone } from './times.ts'

/** One line of a crontab; `line` counts from 1. */
export type CrontabEntry = SilentEntry | VariableEntry | UnreadableEntry | BootEntry | JobEntry

/** A line that says nothing to the daemon. */
export interface SilentEntry {
  readonly kind: 'blank' | 'comment'
  readonly line: number
}

/** A line that sets a variable. */
export interface VariableEntry {
  readonly kind: 'variable'
  readonly line: number
  readonly name: string
  readonly value: string
}

/** A line that means nothing, and why. */
export interface UnreadableEntry {
  readonly kind: 'unreadable'
  readonly line: number
  readonly text: string
  readonly reason: string
}

/** A line that runs at boot (`@reboot`) and so has no fire times. */
export interface BootEntry extends Omit<CrontabJobLine, 'kind'> {
  readonly kind: 'boot'
  readonly line: number
}

/** A line that runs on a clock. */
export interface JobEntry extends CrontabJobLine {
  readonly line: number
  readonly timezone: string
  readonly trigger: Trigger
}

/** How a crontab is to be read. */
export interface CrontabOptions {
  readonly format: CrontabFormat
  /** Zone of the lines before the first `CRON_TZ=`. */
  readonly timezone: string
}

/** A time zone set by a variable, and where; `known` is false when no such zone exists. */
interface ZoneSetting {
  readonly name: string
  readonly line: number
  readonly known: boolean
}

/** Reads a crontab. The entries are the lines, in order, without a gap. */
export function readCrontab(text: string, options: CrontabOptions): CrontabEntry[] {
  const zones = new Map<string, ZoneSetting>()
  const lines = text.split(/\r?\n/)
  if (lines.at(-1) === '') lines.pop()
  return lines.map((lineText, index) => readEntry(lineText, index + 1, options, zones))
}

function readEntry(text: string, line: number, options: CrontabOptions, zones: Map<string, ZoneSetting>): CrontabEntry {
  const content = readCrontabLine(text, options.format)
  switch (content.kind) {
    case 'blank':
    case 'comment':
      return { kind: content.kind, line }
    case 'unreadable':
      return { kind: 'unreadable', line, text, reason: content.reason }
    case 'variable': {
      const known = setZone(content, line, zones)
      if (known) return { ...content, line }
      return { kind: 'unreadable', line, text, reason: `there is no time zone ${JSON.stringify(content.value)}` }
    }
    case 'job':
      return readJob(content, line, text, zones.get('CRON_TZ') ?? zones.get('TZ'), options.timezone)
  }
}

/** Notes the time zone that a variable sets, if it sets one; false when there is no such zone. */
function setZone({ name, value }: CrontabVariableLine, line: number, zones: Map<string, ZoneSetting>): boolean {
  if (name !== 'CRON_TZ' && name !== 'TZ') return true
  if (value === '') {
    zones.delete(name)
    return true
  }
  const known = isTimeZone(value)
  zones.set(name, { name: value, line, known })
  return known
}

function readJob(
  job: CrontabJobLine,
  line: number,
  text: string,
  zone: ZoneSetting | undefined,
  defaultTimezone: string,
): CrontabEntry {
  if (job.schedule.toLowerCase() === '@reboot') return { ...job, kind: 'boot', line }
  if (zone?.known === false) {
    const reason = `the time zone ${JSON.stringify(zone.name)} that line ${zone.line} sets does not exist`
    return { kind: 'unreadable', line, text, reason }
  }
  const timezone = zone?.name ?? defaultTimezone
  try {
    return { ...job, line, timezone, trigger: cron(job.schedule, { timezone }) }
  } catch (error) {
    if (!(error instanceof CronwrightError)) throw error
    return { kind: 'unreadable', line, text, reason: error.message }
  }
}
