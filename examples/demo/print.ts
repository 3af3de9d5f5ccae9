/** How the demo's output looks. */

import type { JobReading, RunLine } from './readings.ts'

export function printHeading(text: string): void {
  console.log(`\n${text}\n${'-'.repeat(text.length)}`)
}

/** Prints rows below their column names, each column as wide as it needs. */
export function printTable(columns: readonly string[], rows: readonly (readonly string[])[]): void {
  const lines = [columns, ...rows]
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => line[index]?.length ?? 0)))
  for (const line of lines) {
    console.log(`  ${line.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('  ')}`.trimEnd())
  }
}

export function printJobs(jobs: readonly JobReading[]): void {
  const rows = jobs.map((job) => [job.id, job.functionRef, String(job.trigger), clockTime(job.nextRunTime)])
  printTable(['JOB', 'FUNCTION', 'TRIGGER', 'NEXT'], rows)
}

export function printRunHeader(): void {
  console.log('  DUE           JOB                 LATE  OUTCOME')
}

/** Prints how a run ended: when it was due, its job, how late it began, and its outcome. */
export function printRun({ job, dueAt, latenessMs, outcome, reason }: RunLine): void {
  const lateness = latenessMs === null ? '' : `+${milliseconds(latenessMs)}`
  const why = reason === null ? '' : ` (${reason})`
  console.log(`  ${clockTime(dueAt)}  ${job.padEnd(16)}${lateness.padStart(8)}  ${outcome}${why}`)
}

/** Time of day with milliseconds, as in the process's time zone. */
function clockTime(at: number): string {
  const instant = new Date(at)
  return `${instant.toTimeString().slice(0, 8)}.${String(instant.getMilliseconds()).padStart(3, '0')}`
}

export function milliseconds(value: number | null): string {
  return value === null ? '-' : `${Math.round(value)} ms`
}
