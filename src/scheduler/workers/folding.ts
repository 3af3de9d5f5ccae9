/**
 * Takes workers that are gone off a store, so that what they counted is neither lost nor counted twice:
 *
 *   1. The worker's note is marked as gone. Of several processes that find it stale one wins, and the worker itself, if
 *      it was only suspended, can write it no more.
 *   2. Its counters are added to the notes of its queues. Each names it as folded in the same write, and whoever reads
 *      the two leaves out what the worker's own note says.
 *   3. The note is removed.
 *
 * A process that dies in between leaves the note due a minute later, and what is done is not done again. So the one
 * error that remains is what a process counted between its last heartbeat and being killed.
 */

import { addedCounters, COUNTER_NAMES, NO_COUNTS, type RunCounters } from '../../jobs/counters.ts'
import { noteRecord } from '../../jobs/notes.ts'
import { NEW_QUEUE, type QueueNote } from '../../jobs/queue.ts'
import type { Change, StoreRecord } from '../../jobs/record.ts'
import { GONE, idOfMark, markOf } from '../../jobs/worker.ts'
import type { RecordStore } from '../../stores/record-store.ts'

/** What a worker counted. */
export interface Tally {
  /** Names the note that says so too; undefined: none does. */
  readonly mark: string | undefined
  readonly counters: Iterable<readonly [queue: string, counters: RunCounters]>
}

type WorkerRecord = StoreRecord<'worker'>

/** How long a process has for taking a worker off before another tries. */
const REAPING_MS = 60_000
/** Tries to write the note of a queue against others who write it. Used up only when it cannot be read here. */
const MOST_TRIES = 100

/** Takes stale workers off. Those of which a part could not be written stay, to be tried again. `now` in epoch ms. */
export async function reap(store: RecordStore, workers: readonly WorkerRecord[], now: number): Promise<void> {
  const closing = workers.map(({ id, version }) => {
    const key = { kind: 'worker', id } as const
    return { expect: version, key, patch: { state: GONE, due: now + REAPING_MS } } as const
  })
  const results = await store.commit(closing)
  const gone = workers.filter((_, index) => results[index]?.applied === true)
  if (gone.length === 0) return
  const tallies = gone.map((worker) => ({ mark: markOf(worker), counters: Object.entries(worker.spec.counters) }))
  if (!(await fold(store, tallies, now))) return
  await store.commit(gone.map(({ id, version }) => removal(id, version + 1)))
}

/** Removes the note of a worker. */
export function removal(id: string, version: number): Change {
  return { expect: version, key: { kind: 'worker', id }, patch: null }
}

/** Adds counters to the notes of their queues; false when the note of a queue could not be written. */
export async function fold(store: RecordStore, tallies: readonly Tally[], now: number): Promise<boolean> {
  const byQueue = new Map<string, Map<string | undefined, RunCounters>>()
  for (const { mark, counters } of tallies) {
    for (const [queue, counted] of counters) {
      if (COUNTER_NAMES.every((name) => counted[name] === 0)) continue
      const parts = byQueue.get(queue) ?? new Map<string | undefined, RunCounters>()
      byQueue.set(queue, parts.set(mark, addedCounters(parts.get(mark) ?? NO_COUNTS, counted)))
    }
  }
  for (let tries = 0; byQueue.size > 0; tries += 1) {
    if (tries === MOST_TRIES) return false
    const queues = [...byQueue.keys()]
    const notes = await store.get(queues.map((id) => ({ kind: 'queue', id }) as const))
    const present = await presentMarks(store, notes)
    const changes = [...byQueue].map(([queue, parts], index) => folding(queue, notes[index], parts, present, now))
    const results = await store.commit(changes)
    for (const [index, queue] of queues.entries()) if (results[index]?.applied === true) byQueue.delete(queue)
  }
  return true
}

function folding(
  queue: string,
  note: StoreRecord<'queue'> | undefined,
  parts: ReadonlyMap<string | undefined, RunCounters>,
  present: ReadonlySet<string>,
  now: number,
): Change {
  const { counters: before, folded, ...rest } = note?.spec ?? NEW_QUEUE
  let counters = before
  const marks = folded.filter((mark) => present.has(mark))
  for (const [mark, counted] of parts) {
    if (mark !== undefined && marks.includes(mark)) continue
    counters = addedCounters(counters, counted)
    if (mark !== undefined) marks.push(mark)
  }
  const spec: QueueNote = { ...rest, counters, folded: marks }
  if (note === undefined) return { expect: 0, record: noteRecord('queue', queue, spec, now, null) }
  return { expect: note.version, key: { kind: 'queue', id: queue }, patch: { spec } }
}

/** Which of the marks in these notes are still of use: those of notes that are not removed yet. */
async function presentMarks(
  store: RecordStore,
  notes: readonly (StoreRecord<'queue'> | undefined)[],
): Promise<ReadonlySet<string>> {
  const ids = new Set<string>()
  for (const note of notes) for (const mark of note?.spec.folded ?? []) ids.add(idOfMark(mark))
  if (ids.size === 0) return ids
  const workers = await store.get(Array.from(ids, (id) => ({ kind: 'worker', id }) as const))
  return new Set(workers.map((worker) => (worker === undefined ? '' : markOf(worker))))
}
