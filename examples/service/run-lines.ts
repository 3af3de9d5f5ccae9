/** Tells how runs end: a JSON line on standard output for each. */

import type { RunEvent, Scheduler } from 'cronwright'

const ENDS = ['run:completed', 'run:failed', 'run:retrying', 'run:skipped', 'run:cancelled', 'run:lost'] as const

export function printRunLines(scheduler: Scheduler): void {
  for (const event of ENDS) scheduler.on(event, ({ run }) => printLine({ event, ...summary(run) }))
}

export function printLine(fields: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify(fields)}\n`)
}

function summary({ jobId, dueAt, startedAt, state, reason }: RunEvent['run']): Readonly<Record<string, unknown>> {
  const latenessMs = startedAt === null ? null : startedAt.getTime() - dueAt.getTime()
  return { job: jobId, dueAt, latenessMs, outcome: state, reason }
}
