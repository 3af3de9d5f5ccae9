/** A worker: a process on a store, kept alive by its heartbeat. */

import { type RunCounters, storedCounters } from './counters.ts'
import type { StoredFields } from './fields.ts'

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
