/** What a built-in store can do on records: the few operations that everything else is built on. */

import type { Change, ChangeResult, Lane, RecordKey, RecordKind, StoreRecord } from '../jobs/record.ts'

/** Asks for records of one lane whose due time has come. */
export interface DueQuery<L extends Lane = Lane> {
  readonly lane: L
  /** Epoch ms; due <= before. */
  readonly before: number
  readonly limit: number
  /** How many at the front to leave out: what other processes are probably taking. @default 0 */
  readonly skip?: number | undefined
  /** Only runs of these queues, served in this order, then by priority, then by due time. Otherwise by due time. */
  readonly queues?: readonly string[] | undefined
  /** Left out: records of functions that this process does not know. */
  readonly withoutFunctions?: readonly string[] | undefined
  /** Left out: records of (or runs of) jobs that are at their limit. */
  readonly withoutJobs?: readonly string[] | undefined
}

/** Asks when the next record of a lane is due. */
export type NextDueQuery<L extends Lane = Lane> = Omit<DueQuery<L>, 'before' | 'limit' | 'skip'>

/** Asks for records of one kind, newest first (`at` descending, then id descending). */
export interface ListQuery<K extends RecordKind = RecordKind> {
  readonly kind: K
  readonly jobId?: string | undefined
  readonly states?: readonly string[] | undefined
  readonly queue?: string | undefined
  /** Only records strictly before this position in the order. */
  readonly before?: { readonly at: number; readonly id?: string | undefined } | undefined
  readonly limit: number
}

/** The runs of one job; or, where `jobId` is null, the enqueued runs (those without a job) of one function. */
export interface RunSeries {
  readonly jobId: string | null
  readonly functionRef: string
  /** How many finished runs stay. */
  readonly keep: number
}

/** Which kind of record waits in a lane. */
export type KindInLane<L extends Lane> = L extends 'job' | 'run' ? L : Exclude<RecordKind, 'job'>

/**
 * What a built-in store can do on records. Every method rejects with a `CronwrightError` (`STORE_ERROR`,
 * `STORE_CLOSED`) when the store fails; nothing is retried here.
 */
export interface RecordStore {
  /** The records under these keys, in their order; undefined where there is none. */
  get<K extends RecordKind>(keys: readonly RecordKey<K>[]): Promise<readonly (StoreRecord<K> | undefined)[]>
  list<K extends RecordKind>(query: ListQuery<K>): Promise<readonly StoreRecord<K>[]>
  /** How many records a list without limit would have. */
  count(query: Omit<ListQuery, 'limit' | 'before'>): Promise<number>
  due<L extends Lane>(query: DueQuery<L>): Promise<readonly StoreRecord<KindInLane<L>>[]>
  /** For each query, in their order, epoch ms of the earliest due time in the lane, or null. One round trip where that can be. */
  nextDue(queries: readonly NextDueQuery[]): Promise<readonly (number | null)[]>
  /** How many runs of each of these jobs are pending or running; jobs without any may be left out. */
  countActive(jobIds: readonly string[]): Promise<ReadonlyMap<string, number>>
  /** Applies changes, each atomic by itself, together in as few round trips as the store can. Results in order. */
  commit(changes: readonly Change[]): Promise<readonly ChangeResult[]>
  /** Removes the finished runs of each series beyond its newest `keep`, with their logs. */
  trim(series: readonly RunSeries[]): Promise<void>
  /** Removes every job; runs stay. The number removed. */
  removeJobs(): Promise<number>
  /** What the server's clock shows, epoch ms, with a fraction if it tells microseconds; undefined where this process's own clock has to do. */
  serverTime(): Promise<number | undefined>
}
