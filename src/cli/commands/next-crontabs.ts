/**
 * `cronwright next --crontab FILE…`: when each line of real crontabs runs next, and which lines do not run at all.
 */

import { resolve } from 'node:path'

import {
  type BootEntry,
  type CrontabEntry,
  type JobEntry,
  readCrontab,
  type UnreadableEntry,
  type VariableEntry,
} from '../crontab-file.ts'
import { guessCrontabFormat } from '../crontab-format.ts'
import type { CrontabFormat } from '../crontab-line.ts'
import { type Environment, EXIT, type ExitStatus } from '../environment.ts'
import { type FireTime, listFireTimes } from '../fire-time.ts'
import { type Column, printable, renderTable } from '../table.ts'
import { formatDistance, isoUtc, localTime } from '../times.ts'
import type { CrontabArguments } from './next-arguments.ts'
import { distanceHeader } from './next-expressions.ts'

/** What `--json` says of a line that runs on a clock: the entry, with fire times for its trigger. */
interface JobReport extends Omit<JobEntry, 'trigger'> {
  readonly fireTimes: readonly FireTime[]
}

type LineReport = VariableEntry | UnreadableEntry | BootEntry | JobReport

/** One file and what came of it; also its form in `--json`. */
type FileReport =
  | {
      readonly path: string
      readonly format: CrontabFormat
      readonly timezone: string
      readonly lines: readonly LineReport[]
    }
  | { readonly path: string; readonly error: string }

const BOOT_REMARK = '@reboot is ignored, it runs at boot, not on a clock'
const UNLOGGED_REMARK = 'the leading "-" keeps cronie from logging the run; it has no effect on the schedule'

/** The text to print, and `failed` when a file or a line could not be read. */
export function nextOfCrontabs(args: CrontabArguments, environment: Environment): { text: string; status: ExitStatus } {
  const files = args.paths.map((path) => reportOn(path, args, environment))
  const failed = files.some((file) => 'error' in file || file.lines.some(({ kind }) => kind === 'unreadable'))
  const status = failed ? EXIT.failed : EXIT.ok
  if (args.json) return { text: `${JSON.stringify({ after: isoUtc(args.afterMs), files }, null, 2)}\n`, status }
  const blocks = files.map((file) => renderFile(file, args, environment.width).join('\n'))
  return { text: `${blocks.join('\n\n')}\n`, status }
}

function reportOn(path: string, args: CrontabArguments, environment: Environment): FileReport {
  const absolutePath = resolve(environment.workingDirectory, path)
  let text: string
  try {
    text = environment.readFile(absolutePath)
  } catch (error) {
    return { path, error: error instanceof Error ? error.message : String(error) }
  }
  const format = args.format ?? guessCrontabFormat(absolutePath, text)
  const { timezone } = args
  const lines = readCrontab(text, { format, timezone }).flatMap((entry) => reportOnLine(entry, args))
  return { path, format, timezone, lines }
}

function reportOnLine(entry: CrontabEntry, { afterMs, count }: CrontabArguments): LineReport[] {
  switch (entry.kind) {
    case 'job': {
      const { trigger, ...job } = entry
      return [{ ...job, fireTimes: listFireTimes(trigger, afterMs, count, entry.timezone) }]
    }
    case 'variable':
    case 'boot':
    case 'unreadable':
      return [entry]
    default:
      return []
  }
}

function renderFile(file: FileReport, args: CrontabArguments, width: number): string[] {
  if ('error' in file) return [printable(file.path), `  cannot be read: ${printable(file.error)}`]
  const jobs = file.lines.filter((line) => line.kind === 'job')
  const remarks = [...zoneRemarks(jobs, file.timezone), ...file.lines.flatMap(remarksOn)]
  return [
    `${printable(file.path)}  (${file.format} format, ${file.timezone})`,
    ...(jobs.length > 0 ? renderJobs(jobs, file.format, args, width) : ['no line runs on a clock']),
    ...(remarks.length > 0 ? ['', ...remarks] : []),
  ]
}

function renderJobs(
  jobs: readonly JobReport[],
  format: CrontabFormat,
  args: CrontabArguments,
  width: number,
): string[] {
  const showUser = format === 'system'
  const columns: Column[] = [
    { header: 'LINE', align: 'right' },
    { header: 'SCHEDULE' },
    ...(showUser ? [{ header: 'USER' }] : []),
    { header: 'NEXT' },
    { header: distanceHeader(args) },
    { header: 'COMMAND' },
  ]
  const rows = jobs.flatMap((job) => {
    const about = [String(job.line), job.schedule, ...(showUser ? [job.user ?? ''] : [])]
    const times = job.fireTimes.map((fireTime) => [shortLocal(fireTime, job.timezone), formatDistance(fireTime.inMs)])
    const [first = ['never', ''], ...others] = times
    return [[...about, ...first, job.command], ...others.map((time) => [...about.map(() => ''), ...time, ''])]
  })
  return renderTable(columns, rows, width)
}

/** Without seconds: a crontab has none. */
function shortLocal({ epochMs }: FireTime, timezone: string): string {
  const { weekday, date, time, offset } = localTime(epochMs, timezone)
  return `${weekday} ${date} ${time.slice(0, 5)} ${offset}`
}

/** Which lines are in another zone than the title says; a column for it would leave no room for the command. */
function zoneRemarks(jobs: readonly JobReport[], timezone: string): string[] {
  const linesOf = new Map<string, number[]>()
  for (const job of jobs) {
    if (job.timezone === timezone) continue
    linesOf.set(job.timezone, [...(linesOf.get(job.timezone) ?? []), job.line])
  }
  return [...linesOf].map(([zone, lines]) => `in ${zone}: ${lines.length === 1 ? 'line' : 'lines'} ${lines.join(', ')}`)
}

/** What has to be said about a line beside its fire times. */
function remarksOn(report: LineReport): string[] {
  if (report.kind === 'variable') return []
  if (report.kind === 'unreadable') return [`line ${report.line} cannot be read: ${printable(report.reason)}`]
  return [
    ...(report.kind === 'boot' ? [`line ${report.line}: ${BOOT_REMARK}: ${printable(report.command)}`] : []),
    ...(report.unlogged ? [`line ${report.line}: ${UNLOGGED_REMARK}`] : []),
  ]
}
