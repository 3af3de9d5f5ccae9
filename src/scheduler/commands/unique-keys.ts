/**
 * Unique keys: the note of a key says which run has it. Taking a key and adding the run is one guarded step, so that of
 * any number of processes that enqueue with one key at once, one adds a run and the others are given that run. A step
 * whose reply was lost is safe to repeat: its run has the key, and is given to whoever asks again.
 */

import { createHash } from 'node:crypto'
import type { ResolvedUnique } from '../../jobs/enqueue-options.ts'
import { noteRecord } from '../../jobs/notes.ts'
import type { Change, RunRecord, StoreRecord } from '../../jobs/record.ts'
import { isKeyTaken } from '../../jobs/unique-key.ts'
import type { RecordStore } from '../../stores/record-store.ts'
import { untilApplied } from './contended.ts'

/** How long after its run is due (and its window is over) a key is looked at, and again each time its run goes on. */
export const KEY_MS = 3_600_000

/**
 * Adds a run under a key, unless the key is taken: then the run that has it.
 *
 * @param now - epoch ms
 */
export async function enqueueUnique(
  store: RecordStore,
  run: RunRecord,
  unique: ResolvedUnique,
  now: number,
): Promise<RunRecord> {
  const id = keyId(run.functionRef, unique.key)
  return untilApplied(`the unique key ${JSON.stringify(unique.key)}`, async () => {
    const [note] = await store.get([{ kind: 'key', id } as const])
    if (note !== undefined) {
      const [holder] = await store.get([{ kind: 'run', id: note.spec.runId } as const])
      if (isKeyTaken(note.spec, holder, now)) return holder ?? forgotten(run, note)
    }
    const [result] = await store.commit([taking(id, note, run, now + unique.withinMs, now)])
    return result?.applied === true ? run : undefined
  })
}

/** Whether the key of each note is still needed; those that are not may be removed. */
export async function neededKeys(
  store: RecordStore,
  notes: readonly StoreRecord<'key'>[],
  now: number,
): Promise<readonly boolean[]> {
  const runs = await store.get(notes.map(({ spec }) => ({ kind: 'run', id: spec.runId }) as const))
  return notes.map(({ spec }, index) => isKeyTaken(spec, runs[index], now))
}

function taking(id: string, note: StoreRecord<'key'> | undefined, run: RunRecord, until: number, now: number): Change {
  const spec = { runId: run.id, until }
  const due = Math.max(until, run.at) + KEY_MS
  if (note === undefined) return { expect: 0, record: noteRecord('key', id, spec, now, due), inserts: [run] }
  return { expect: note.version, key: { kind: 'key', id }, patch: { spec, due, at: now }, inserts: [run] }
}

/** Keys are as long as people like, and belong to their function; ids are short. */
function keyId(functionRef: string, key: string): string {
  return createHash('sha256').update(`${functionRef}\0${key}`).digest('hex')
}

/** The run that has a key, when its record is gone: what is known of it, and that nobody knows how it ended. */
function forgotten(run: RunRecord, { spec }: StoreRecord<'key'>): RunRecord {
  return { ...run, id: spec.runId, state: 'unknown', status: { ...run.status, reason: 'history-removed' } }
}
