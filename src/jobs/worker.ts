/** A worker: a process on a store, kept alive by its heartbeat. */

import { addedCounters, NO_COUNTS, type RunCounters, storedCounters } from './counters.ts'
import type { StoredFields } from './fields.ts'
import type { StoreRecord } from './record.ts'

/** What a worker says about itself at every heartbeat. */
export interface WorkerNote {
  readonly host: string
  readonly pid: number
  /** Version of Cronwright. */
  readonly version: string
  readonly queues: readonly string[]
  /** Epoch ms. */
  readonly startedAt: number
  /** Epoch ms of its last heartbeat, by its own clock: to be shown, not compared. */
  readonly beatAt: number
  /** Ids of runs at work, at most 100 of them. */
  readonly running: readonly string[]
  readonly runningCount: number
  readonly isStopping: boolean
  /** Queue -> what this worker did since it started. */
  readonly counters: Readonly<Record<string, RunCounters>>
}

/** State of a worker record that is being taken off the store: its process can write it no more. */
export const GONE = 'gone'

/**
 * `stale`: not heard of for four heartbeats. That is judged by the clock of the process that asks, so with clocks that
 * differ by a minute a worker may seem stale that is not; nothing but what is shown depends on it.
 */
export type WorkerState = 'active' | 'stopping' | 'stale'

/** A process that has a scheduler started on a store. */
export interface Worker {
  /** The scheduler's `workerId`. */
  readonly id: string
  /** Alias of the store that the worker was found in. */
  readonly store: string
  readonly state: WorkerState
  readonly host: string
  readonly pid: number
  /** Version of Cronwright. */
  readonly version: string
  /** Queues whose runs it executes, in the order in which it serves them. */
  readonly queues: readonly string[]
  readonly startedAt: Date
  readonly lastHeartbeat: Date
  /** Ids of runs of this store that it is at work on, at most 100 of them. */
  readonly running: readonly string[]
  readonly runningCount: number
  /** Runs completed by it since it started. */
  readonly processed: number
  /** Runs that failed in it for good since it started. */
  readonly failed: number
  /** Queue -> what became of its runs in this worker since it started. */
  readonly counters: Readonly<Record<string, RunCounters>>
}

/** The view of a worker record. `now` in epoch ms. */
export function workerFromRecord(record: StoreRecord<'worker'>, store: string, now: number): Worker {
  const { host, pid, version, queues, startedAt, beatAt, running, runningCount, isStopping, counters } = record.spec
  const isStale = record.state === GONE || (record.due !== null && record.due <= now)
  const totals = Object.values(counters).reduce(addedCounters, NO_COUNTS)
  return {
    id: record.id,
    store,
    state: isStale ? 'stale' : isStopping ? 'stopping' : 'active',
    host,
    pid,
    version,
    queues,
    startedAt: new Date(startedAt),
    lastHeartbeat: new Date(beatAt),
    running,
    runningCount,
    processed: totals.completed,
    failed: totals.failed,
    counters,
  }
}

/**
 * Names one life of a worker on a store: a process that takes the same id later, or comes back after it was taken for
 * dead, makes a new note at another instant.
 */
export function markOf({ id, at }: Pick<StoreRecord<'worker'>, 'id' | 'at'>): string {
  return `${id}@${at}`
}

/** The id in a {@link markOf mark}. */
export function idOfMark(mark: string): string {
  return mark.slice(0, mark.lastIndexOf('@'))
}

/** @throws CronwrightError (`DESERIALIZATION`) */
export function workerNote(fields: StoredFields): WorkerNote {
  return {
    host: fields.text('host'),
    pid: fields.number('pid'),
    version: fields.text('version'),
    queues: fields.texts('queues'),
    startedAt: fields.number('startedAt'),
    beatAt: fields.number('beatAt'),
    running: fields.texts('running'),
    runningCount: fields.number('runningCount'),
    isStopping: fields.boolean('isStopping'),
    counters: countersByQueue(fields.nested('counters')),
  }
}

function countersByQueue(fields: StoredFields): Readonly<Record<string, RunCounters>> {
  return Object.fromEntries(fields.names().map((queue) => [queue, storedCounters(fields.nested(queue))]))
}
