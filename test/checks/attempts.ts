/** The attempts at runs, each from the call of its handler to whatever came first: its end, its abort, its process's death. */

import type { Fault, LogEvent } from './history.ts'

export interface Attempt {
  readonly runId: string
  readonly jobId: string | null
  readonly dueAt: number
  readonly fence: number
  readonly attempt: number
  readonly process: string
  readonly start: number
  /** How the handler ended, if it did. */
  outcome: 'returned' | 'threw' | null
  /** When it ended. */
  end: number
  /** When its signal aborted, and why. */
  stop: number
  stopCause: string | null
  /** When its process died under it. */
  died: number
  /** When the store accepted its end, and as what. */
  settled: number
  settledAs: string | null
}

/** Until when an attempt may act: the earliest of its ends. */
export function activeUntil({ end, stop, died }: Attempt, endAt: number): number {
  return Math.min(end, stop, died, endAt)
}

const NEVER = Number.POSITIVE_INFINITY

export function attemptsOf(log: readonly LogEvent[], faults: readonly Fault[], endAt: number): Attempt[] {
  const attempts: Attempt[] = []
  const byKey = new Map<string, Attempt>()
  const keyOf = (event: { process: string; runId: string; fence: number }): string =>
    `${event.process} ${event.runId} ${event.fence}`
  for (const event of [...log].sort((a, b) => a.at - b.at)) {
    if (event.ev === 'start') {
      const { runId, jobId, dueAt, fence, attempt, process, at: start } = event
      const begun = {
        runId,
        jobId,
        dueAt,
        fence,
        attempt,
        process,
        start,
        outcome: null,
        stopCause: null,
        settledAs: null,
      }
      const open: Attempt = {
        ...begun,
        end: NEVER,
        stop: NEVER,
        died: deathAfter(faults, process, start),
        settled: NEVER,
      }
      attempts.push(open)
      byKey.set(keyOf(event), open)
    } else if (event.ev === 'end' || event.ev === 'stop' || event.ev === 'settled') {
      const attempt = byKey.get(keyOf(event))
      if (attempt !== undefined) note(attempt, event)
    }
  }
  return attempts.filter((attempt) => attempt.start <= endAt)
}

function note(attempt: Attempt, event: Extract<LogEvent, { ev: 'end' | 'stop' | 'settled' }>): void {
  if (event.ev === 'end') {
    attempt.end = event.at
    attempt.outcome = event.outcome
  } else if (event.ev === 'stop') {
    attempt.stop = event.at
    attempt.stopCause = event.cause
  } else {
    attempt.settled = event.at
    attempt.settledAs = event.state
  }
}

function deathAfter(faults: readonly Fault[], process: string, start: number): number {
  let death = NEVER
  for (const fault of faults) {
    const isDeath = fault.kind === 'crash' && fault.process === process
    if (isDeath && fault.from >= start) death = Math.min(death, fault.from)
  }
  return death
}
