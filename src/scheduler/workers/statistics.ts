/**
 * What a store holds and what became of it, in numbers: how much waits and is at work now, counted by the store, and
 * what was counted run by run since the store exists. No finished run is read.
 *
 * The counters of a queue are three parts: this process's own, as they are now; those of the other workers, as of
 * their last heartbeat; and in the queue's note those of workers that are gone.
 */

import { addedCounters, NO_COUNTS, type RunCounters } from '../../jobs/counters.ts'
import { GONE, markOf } from '../../jobs/worker.ts'
import type { StoreSlot } from '../slots/store-slot.ts'

/** A queue in numbers. The counters count since the store exists; see {@link RunCounters}. */
export interface QueueStats extends RunCounters {
  /** Runs that wait now, those that are due later among them. */
  readonly pending: number
  /** Runs at work now. */
  readonly running: number
  readonly isPaused: boolean
}

/** Everything in numbers. */
export interface SchedulerStats {
  readonly jobs: number
  readonly pausedJobs: number
  /** Runs that wait now: for their time, for their next attempt, for a process with room. */
  readonly pending: number
  /** Those of them that are due later; null while more than 500 are due at once, since they are not counted then. */
  readonly scheduled: number | null
  /** Runs at work now. */
  readonly running: number
  /** Runs that used up their attempts and wait for a person. */
  readonly dead: number
  /** Workers that were heard of lately. */
  readonly workers: number
  /** Every queue that is served, paused or was ever used. */
  readonly queues: Readonly<Record<string, QueueStats>>
  /** The counters of all queues together. */
  readonly totals: RunCounters
}

/** What is known about the queues of one store, beyond what can be counted in it. */
interface Ledger {
  readonly counters: ReadonlyMap<string, RunCounters>
  readonly paused: ReadonlySet<string>
  /** Ids of workers that were heard of lately. */
  readonly workers: readonly string[]
}

const MOST_WORKERS = 10_000
const MOST_QUEUES = 10_000
const MOST_READY = 500

const NO_STATS: QueueStats = { ...NO_COUNTS, pending: 0, running: 0, isPaused: false }

/** One queue in numbers; where it is in several stores, all of them together (paused: in any of them). */
export async function queueStats(slots: readonly StoreSlot[], name: string): Promise<QueueStats> {
  const parts = await Promise.all(
    slots.map(async (slot) => {
      await slot.ready()
      return statsOf(slot, await ledgerOf(slot, name), name)
    }),
  )
  return parts.reduce(addedStats, NO_STATS)
}

/**
 * @param served - queues that are named even where nothing is known about them
 * @param worker - this process as a worker, if it is one, whether or not it was heard of yet
 */
export async function schedulerStats(
  slots: readonly StoreSlot[],
  served: readonly string[],
  worker: string | undefined,
): Promise<SchedulerStats> {
  const parts = await Promise.all(slots.map((slot) => partOf(slot, served)))
  const queues = new Map<string, QueueStats>()
  for (const part of parts) {
    for (const [name, stats] of part.queues) queues.set(name, addedStats(queues.get(name) ?? NO_STATS, stats))
  }
  const sum = (count: 'jobs' | 'pausedJobs' | 'pending' | 'running' | 'dead'): number =>
    parts.reduce((total, part) => total + part[count], 0)
  return {
    jobs: sum('jobs'),
    pausedJobs: sum('pausedJobs'),
    pending: sum('pending'),
    scheduled: parts.reduce<number | null>((total, part) => plus(total, part.scheduled), 0),
    running: sum('running'),
    dead: sum('dead'),
    workers: new Set([...parts.flatMap(({ workers }) => workers), ...(worker === undefined ? [] : [worker])]).size,
    queues: Object.fromEntries(queues),
    totals: [...queues.values()].reduce<RunCounters>(addedCounters, NO_COUNTS),
  }
}

interface Part extends Omit<SchedulerStats, 'workers' | 'queues' | 'totals'> {
  readonly workers: readonly string[]
  readonly queues: ReadonlyMap<string, QueueStats>
}

async function partOf(slot: StoreSlot, served: readonly string[]): Promise<Part> {
  const store = await slot.ready()
  const ledger = await ledgerOf(slot)
  const names = [...new Set([...served, ...ledger.counters.keys(), ...ledger.paused])]
  const [jobs, pausedJobs, pending, running, dead, ready, queues] = await Promise.all([
    store.count({ kind: 'job' }),
    store.count({ kind: 'job', states: ['paused'] }),
    store.count({ kind: 'run', states: ['pending'] }),
    store.count({ kind: 'run', states: ['running'] }),
    store.count({ kind: 'run', states: ['dead'] }),
    store.due({ lane: 'run', before: slot.now(), limit: MOST_READY, queues: names }),
    Promise.all(names.map((name) => statsOf(slot, ledger, name))),
  ])
  const waiting = ready.filter((run) => run.state === 'pending').length
  return {
    jobs,
    pausedJobs,
    pending,
    scheduled: ready.length < MOST_READY ? Math.max(0, pending - waiting) : null,
    running,
    dead,
    workers: ledger.workers,
    queues: new Map(queues.map((stats, index) => [names[index] ?? '', stats])),
  }
}

/**
 * Workers are read before queues: one that is taken off the store in between is then in the note of its queue, which
 * says so, and not counted again. The other way round it would be in neither.
 */
async function ledgerOf(slot: StoreSlot, name?: string): Promise<Ledger> {
  const { store, tally, workerNote } = slot
  const workers = await store.list({ kind: 'worker', limit: MOST_WORKERS })
  const notes =
    name === undefined
      ? await store.list({ kind: 'queue', limit: MOST_QUEUES })
      : await store.get([{ kind: 'queue', id: name }])
  const counters = new Map<string, RunCounters>()
  const folded = new Map<string, readonly string[]>()
  const paused = new Set<string>()
  for (const note of notes) {
    if (note === undefined) continue
    counters.set(note.id, note.spec.counters)
    folded.set(note.id, note.spec.folded)
    if (note.spec.isPaused) paused.add(note.id)
  }
  const add = (mark: string | undefined, counted: Iterable<readonly [string, RunCounters]>): void => {
    for (const [queue, more] of counted) {
      if (mark !== undefined && folded.get(queue)?.includes(mark) === true) continue
      counters.set(queue, addedCounters(counters.get(queue) ?? NO_COUNTS, more))
    }
  }
  const own = workerNote === undefined ? undefined : markOf(workerNote)
  for (const worker of workers) if (markOf(worker) !== own) add(markOf(worker), Object.entries(worker.spec.counters))
  add(own, tally.read())
  const now = slot.now()
  const isHeardOf = ({ state, due }: (typeof workers)[number]): boolean => state !== GONE && (due === null || due > now)
  return { counters, paused, workers: workers.filter(isHeardOf).map(({ id }) => id) }
}

async function statsOf({ store }: StoreSlot, { counters, paused }: Ledger, name: string): Promise<QueueStats> {
  const [pending, running] = await Promise.all([
    store.count({ kind: 'run', states: ['pending'], queue: name }),
    store.count({ kind: 'run', states: ['running'], queue: name }),
  ])
  return { ...(counters.get(name) ?? NO_COUNTS), pending, running, isPaused: paused.has(name) }
}

function addedStats(a: QueueStats, b: QueueStats): QueueStats {
  return {
    ...addedCounters(a, b),
    pending: a.pending + b.pending,
    running: a.running + b.running,
    isPaused: a.isPaused || b.isPaused,
  }
}

function plus(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b
}
