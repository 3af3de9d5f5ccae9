/**
 * `cronwright next '<expression>'…`: the next fire times of each expression.
 */

import { CronwrightError } from '../../errors.ts'
import { cron } from '../../triggers/index.ts'
import { EXIT, type ExitStatus } from '../environment.ts'
import { type FireTime, listFireTimes } from '../fire-time.ts'
import { printable, renderTable } from '../table.ts'
import { formatDistance, isoUtc, localTime } from '../times.ts'
import type { ExpressionArguments, ListingArguments } from './next-arguments.ts'

/** One expression and what came of it; also its form in `--json`. */
type ExpressionReport =
  | { readonly expression: string; readonly timezone: string; readonly fireTimes: readonly FireTime[] }
  | { readonly expression: string; readonly error: { readonly code: string; readonly message: string } }

/** The text to print, and `failed` when an expression could not be read. */
export function nextOfExpressions(args: ExpressionArguments, width: number): { text: string; status: ExitStatus } {
  const reports = args.expressions.map((expression) => reportOn(expression, args))
  const status = reports.some((report) => 'error' in report) ? EXIT.failed : EXIT.ok
  if (args.json)
    return { text: `${JSON.stringify({ after: isoUtc(args.afterMs), expressions: reports }, null, 2)}\n`, status }
  const blocks = reports.map((report) => renderReport(report, args, width).join('\n'))
  return { text: `${blocks.join('\n\n')}\n`, status }
}

function reportOn(expression: string, { timezone, afterMs, count }: ListingArguments): ExpressionReport {
  try {
    const trigger = cron(expression, { timezone })
    return { expression, timezone, fireTimes: listFireTimes(trigger, afterMs, count, timezone) }
  } catch (error) {
    if (!(error instanceof CronwrightError)) throw error
    return { expression, error: { code: error.code, message: error.message } }
  }
}

function renderReport(report: ExpressionReport, args: ListingArguments, width: number): string[] {
  if ('error' in report) return [printable(report.expression), `  cannot be read: ${printable(report.error.message)}`]
  const title = `${printable(report.expression)}  (${report.timezone})`
  if (report.fireTimes.length === 0) return [title, `  no fire time after ${isoUtc(args.afterMs)}`]
  const rows = report.fireTimes.map(({ epochMs, utc, inMs }) => {
    const { weekday, date, time, offset } = localTime(epochMs, report.timezone)
    return [`${weekday} ${date} ${time} ${offset}`, utc, formatDistance(inMs)]
  })
  const columns = [{ header: 'LOCAL TIME' }, { header: 'UTC' }, { header: distanceHeader(args) }]
  return [title, ...renderTable(columns, rows, width).map((line) => `  ${line}`)]
}

/** Header of the column of distances: they count from now, or from `--after`. */
export function distanceHeader(args: ListingArguments): string {
  return args.startsElsewhere ? 'AFTER START' : 'IN'
}
