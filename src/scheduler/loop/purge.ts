/**
 * Removes what a store need not keep any more: runs that have been over for long, with their logs; logs and unique keys
 * that are due to go; workers that were not heard of. A slice at a time, so that nothing else waits for it.
 */

import type { Change, RecordKey, RecordKind, StoreRecord } from '../../jobs/record.ts'
import { KEY_MS, neededKeys } from '../commands/unique-keys.ts'
import type { StoreSlot } from '../slots/store-slot.ts'
import type { Workers } from '../workers/workers.ts'
import type { StepResult } from './step-result.ts'

/** Records removed in one step: bounds how long the event loop is kept. SQLite takes 4 ms for as many. */
const SLICE = 200

export class Purge {
  readonly #workers: Workers

  constructor(workers: Workers) {
    this.#workers = workers
  }

  /** Removes up to a slice of what is due to go. */
  async step(slot: StoreSlot): Promise<StepResult> {
    const now = slot.now()
    const due = await slot.store.due({ lane: 'history', before: now, limit: SLICE })
    if (due.length === 0) return 'nothing'
    const runs = due.filter(isOf('run'))
    const keys = due.filter(isOf('key'))
    const removed: StoreRecord[] = [...runs, ...due.filter(isOf('log'))]
    const changes = removed.map(removal)
    if (runs.length > 0) changes.push(...(await logsOf(slot, runs)))
    if (keys.length > 0) changes.push(...(await keyChanges(slot, keys, now)))
    const workers = due.filter(isOf('worker'))
    if (changes.length === 0 && workers.length === 0) return 'nothing'
    if (changes.length > 0) await slot.store.commit(changes)
    if (workers.length > 0) await this.#workers.reap(slot, workers)
    return due.length === SLICE ? 'more' : 'all'
  }
}

/** Removals of the logs that are kept of these runs. One that is due as well is removed once: the other is refused. */
async function logsOf(slot: StoreSlot, runs: readonly StoreRecord<'run'>[]): Promise<Change[]> {
  const logs = await slot.store.get(runs.map(({ id }) => ({ kind: 'log', id }) as const))
  return logs.filter((log) => log !== undefined).map(removal)
}

/** A key that is still needed stays for another while. */
async function keyChanges(slot: StoreSlot, keys: readonly StoreRecord<'key'>[], now: number): Promise<Change[]> {
  const needed = await neededKeys(slot.store, keys, now)
  return keys.map((key, index) => {
    if (needed[index] !== true) return removal(key)
    return { expect: key.version, key: { kind: 'key', id: key.id }, patch: { due: now + KEY_MS } }
  })
}

function removal({ kind, id, version }: StoreRecord): Change {
  const key: RecordKey = { kind, id }
  return { expect: version, key, patch: null }
}

function isOf<K extends RecordKind>(kind: K): (record: StoreRecord) => record is StoreRecord<K> {
  return (record): record is StoreRecord<K> => record.kind === kind
}
