/**
 * `overlap: 'replace'`: the newest runs of a job take the places of the oldest, which are cancelled.
 *
 * A run that waits, or is at work in this process, lets go at once. The handler of one at work elsewhere is told to stop
 * when its process next looks at its run, so the new run waits for that: its due time is the end of the old one's lease,
 * before which that handler has stopped in any case, and whoever lets go earlier makes it due then.
 */

import type { RecordPatch, RunRecord } from '../../jobs/record.ts'
import { ACTIVE_RUN_STATES } from '../../jobs/run.ts'
import { runChange } from '../../jobs/transitions.ts'
import type { Cancelling } from '../commands/cancelling.ts'
import type { RunAtWork } from '../running/run-at-work.ts'
import type { StoreSlot } from '../slots/store-slot.ts'

/** Active runs of a job read at once. */
const SLICE = 1_000
/** How often it is tried when runs change meanwhile; then the new run waits as with `overlap: 'queue'`. */
const TRIES = 5

/** What a new run has to wait for. */
interface Wait {
  readonly due: number
  readonly reason: string
}

export class Replacing {
  readonly #cancelling: Cancelling
  readonly #onDue: (slot: StoreSlot, due: number) => void

  /** @param onDue - called when a run that waited is due, with the instant (epoch ms) */
  constructor(cancelling: Cancelling, onDue: (slot: StoreSlot, due: number) => void) {
    this.#cancelling = cancelling
    this.#onDue = onDue
  }

  /** Cancels the oldest active runs of a job beyond its `maxInstances`. */
  async replace(slot: StoreSlot, jobId: string, maxInstances: number): Promise<void> {
    let changed: readonly RunRecord[] = []
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      const page = { kind: 'run', jobId, states: ACTIVE_RUN_STATES, limit: SLICE } as const
      const newestFirst = [...(await slot.store.list(page))].sort(byAge)
      const active = new Set(newestFirst.map(({ id }) => id))
      for (const { id } of changed) if (!active.has(id)) await this.#makeDue(slot, jobId, id)
      const kept = newestFirst.slice(0, maxInstances)
      const old = newestFirst.slice(maxInstances).reverse()
      if (old.length === 0) return
      await this.#letWait(slot, kept, old)
      const cancelled = await this.#cancelling.cancel(slot, old, 'replaced')
      changed = old.filter((_run, index) => cancelled[index] === undefined)
      if (changed.length === 0) return
    }
  }

  /** A run is no longer at work here: what was to take its place may start. */
  letGo({ slot, id, jobId, record }: RunAtWork): void {
    if (jobId === null || record.spec.policy.overlap !== 'replace') return
    // Without this it is due a little later, when the lease is over.
    this.#makeDue(slot, jobId, id).catch(() => undefined)
  }

  async #letWait(slot: StoreSlot, kept: readonly RunRecord[], old: readonly RunRecord[]): Promise<void> {
    const now = slot.now()
    const waits = old.map((run) => waitOf(slot, run, now)).filter((wait) => wait !== undefined)
    const pending = kept.filter(({ state }) => state === 'pending')
    if (waits.length === 0 || pending.length === 0) return
    waits.sort((a, b) => a.due - b.due)
    const waiting = new Map<RunRecord, Wait>()
    for (const [index, wait] of waits.entries()) {
      const run = pending[index % pending.length]
      if (run !== undefined) waiting.set(run, wait)
    }
    await slot.store.commit([...waiting].map(([run, { due, reason }]) => runChange(run, moved(run, due, reason))))
  }

  /** Runs that wait for the place of this one are due. */
  async #makeDue(slot: StoreSlot, jobId: string, id: string): Promise<void> {
    const pending = await slot.store.list({ kind: 'run', jobId, states: ['pending'], limit: SLICE })
    const waiting = pending.filter(({ status }) => status.reason === reasonOf(id))
    if (waiting.length === 0) return
    const now = slot.now()
    await slot.store.commit(waiting.map((run) => runChange(run, moved(run, now, null))))
    this.#onDue(slot, now)
  }
}

/** Newest first; of runs that are due in the same millisecond, one that waits is newer than one at work. */
function byAge(a: RunRecord, b: RunRecord): number {
  return b.at - a.at || Number(b.state === 'pending') - Number(a.state === 'pending') || (a.id < b.id ? 1 : -1)
}

/** What whoever takes the place of this run has to wait for: its handler elsewhere, or what it waits for itself. */
function waitOf(slot: StoreSlot, run: RunRecord, now: number): Wait | undefined {
  const { id, due, state, status } = run
  if (due === null || due <= now || slot.atWork.has(id)) return undefined
  if (state === 'running') return { due, reason: reasonOf(id) }
  return status.reason?.startsWith(reasonOf('')) === true ? { due, reason: status.reason } : undefined
}

function reasonOf(id: string): string {
  return `replaces ${id}`
}

function moved(run: RunRecord, due: number, reason: string | null): RecordPatch<'run'> {
  return { due, status: { ...run.status, reason } }
}
