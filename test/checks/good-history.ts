/**
 * A history in which every promise is kept, made by hand: three processes, a job each second, a crontab, a job that is
 * paused and resumed, an enqueued run; one retry, one outage, one process that dies in the middle of a run.
 */

import type { EditEvent, Fault, History, LogEvent, RunDump, Settings } from './history.ts'

export const START = Date.UTC(2026, 0, 1)
const END_AT = 59_900
const POLICY = { coalesce: true, maxInstances: 1, misfireGrace: null, attempts: 3 } as const
const TICK = { kind: 'every', ms: 1_000, from: START } as const
const LIST = { kind: 'cron', text: '*/5 * * * * *' } as const

/** What the tests change: all of it, freely. */
export interface DraftHistory extends History {
  settings: Settings
  log: LogEvent[]
  faults: Fault[]
  runs: RunDump[]
}

export function goodHistory(): DraftHistory {
  const draft = new Draft()
  draft.edit('tick', 'ensure', 5, TICK, START + 1_000)
  draft.edit('list', 'ensure', 5, LIST, START + 5_000)
  draft.edit('edited', 'add', 2_000, TICK, START + 3_000)
  draft.edit('edited', 'pause', 12_100, TICK, null)
  draft.edit('edited', 'resume', 15_100, TICK, START + 16_000)
  for (let at = 1_000; at < END_AT; at += 1_000) tick(draft, at)
  for (let at = 5_000; at < END_AT; at += 5_000) list(draft, at)
  for (let at = 3_000; at < END_AT; at += 1_000)
    if (at < 12_100 || at > 15_100) draft.completed('edited', at, 'p3', lateBy(at))
  draft.log.push({
    ev: 'enqueued',
    ...draft.base(39_500, 'user'),
    runId: 'request-1',
    askedAt: 39_490,
    dueAt: START + 40_000,
    attempts: 1,
  })
  draft.completed(null, 40_000, 'p3', 5)
  return draft.history()
}

/** The store is out from 19.5 s to 20.8 s. */
function lateBy(at: number): number {
  return at === 20_000 ? 850 : 5
}

function tick(draft: Draft, at: number): void {
  if (at === 30_000) {
    // p1 dies of it, and p2 takes it over when the lease is over; meanwhile the job is at its limit.
    draft.start('tick', at, 'p1', 30_005, 1, 1)
    draft.start('tick', at, 'p2', 33_100, 2, 2)
    draft.end('tick', at, 'p2', 33_150, 2, 'completed')
    draft.run('tick', at, { state: 'completed', attempt: 2, crashes: 1, fence: 2, finishedAt: START + 33_155 })
  } else if (at > 30_000 && at <= 33_000) draft.skipped('tick', at, 'p2', at + 5, 'max-instances')
  else draft.completed('tick', at, at > 30_000 ? 'p2' : 'p1', lateBy(at))
}

function list(draft: Draft, at: number): void {
  if (at !== 10_000) {
    draft.completed('list', at, 'p2', lateBy(at))
    return
  }
  draft.start('list', at, 'p2', at + 5, 1, 1)
  draft.end('list', at, 'p2', at + 50, 1, 'pending')
  draft.start('list', at, 'p2', at + 500, 3, 2)
  draft.end('list', at, 'p2', at + 550, 3, 'completed')
  draft.run('list', at, { state: 'completed', attempt: 2, fence: 3, finishedAt: START + at + 555 })
}

class Draft {
  readonly log: LogEvent[] = []
  readonly #runs: RunDump[] = []

  base(at: number, process: string): { at: number; wall: number; process: string } {
    return { at, wall: START + at, process }
  }

  edit(
    jobId: string,
    op: EditEvent['op'],
    askedAt: number,
    schedule: EditEvent['schedule'],
    nextRun: number | null,
  ): void {
    this.log.push({
      ev: 'edit',
      op,
      jobId,
      ...this.base(askedAt + 5, 'user'),
      askedAt,
      schedule,
      policy: POLICY,
      nextRun,
    })
  }

  completed(jobId: string | null, due: number, process: string, late: number): void {
    this.start(jobId, due, process, due + late, 1, 1)
    this.end(jobId, due, process, due + late + 45, 1, 'completed')
    this.run(jobId, due, { state: 'completed', attempt: 1, fence: 1, finishedAt: START + due + late + 50 })
  }

  skipped(jobId: string, due: number, process: string, at: number, reason: string): void {
    const runId = idOf(jobId, due)
    this.log.push({ ev: 'skip', ...this.base(at, process), runId, jobId, dueAt: START + due, count: 1, reason })
    this.run(jobId, due, { state: 'skipped', reason, finishedAt: START + at })
  }

  start(jobId: string | null, due: number, process: string, at: number, fence: number, attempt: number): void {
    const runId = idOf(jobId, due)
    this.log.push({ ev: 'start', ...this.base(at, process), runId, jobId, fence, attempt, dueAt: START + due })
  }

  /** A handler ends, and the store accepts that as `state` 5 ms later. */
  end(jobId: string | null, due: number, process: string, at: number, fence: number, state: string): void {
    const about = { runId: idOf(jobId, due), jobId, fence }
    this.log.push({
      ev: 'end',
      ...this.base(at, process),
      ...about,
      outcome: state === 'completed' ? 'returned' : 'threw',
    })
    this.log.push({ ev: 'settled', ...this.base(at + 5, process), ...about, state, finishedAt: START + at + 5 })
  }

  run(jobId: string | null, due: number, rest: Partial<RunDump> & { state: string }): void {
    const fresh = {
      due: START + 90_000_000,
      attempt: 0,
      crashes: 0,
      fence: 0,
      reason: null,
      finishedAt: null,
      count: 1,
    }
    this.#runs.push({ id: idOf(jobId, due), jobId, at: START + due, ...fresh, ...rest })
  }

  history(): DraftHistory {
    return {
      settings: {
        processes: ['p1', 'p2', 'p3'],
        leaseMs: 3_000,
        pollMs: 500,
        skewMs: 0,
        longestRunMs: 2_000,
        clock: [{ from: 0, wall: START, rate: 1 }],
        caughtUpTo: null,
        endAt: END_AT,
      },
      log: this.log.sort((a, b) => a.at - b.at),
      faults: [
        { kind: 'outage', process: null, from: 19_500, to: 20_800 },
        { kind: 'crash', process: 'p1', from: 30_020, to: 30_500 },
      ],
      runs: this.#runs,
      jobs: ['tick', 'edited', 'list'].map((id) => ({ id, state: 'waiting', due: START + 60_000 })),
    }
  }
}

function idOf(jobId: string | null, due: number): string {
  return jobId === null ? 'request-1' : `${jobId}@${START + due}`
}
