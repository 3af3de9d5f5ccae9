/** A queue, for those who look after it: its numbers, pausing it, waiting until it is empty, emptying it. */

import type { TimerHandle } from '../../core/clock.ts'
import { type Duration, parseDuration } from '../../core/duration.ts'
import { checkOptions } from '../../core/validate.ts'
import { CronwrightError, InvalidArgumentError } from '../../errors.ts'
import { noteRecord } from '../../jobs/notes.ts'
import { NEW_QUEUE } from '../../jobs/queue.ts'
import { type Change, patchedRecord, type RunRecord } from '../../jobs/record.ts'
import { ACTIVE_RUN_STATES } from '../../jobs/run.ts'
import { cancel, runChange } from '../../jobs/transitions.ts'
import { untilApplied } from '../commands/contended.ts'
import type { Kernel } from '../kernel.ts'
import type { Loop } from '../loop/loop.ts'
import type { Settlement } from '../running/settlement.ts'
import type { StoreSlot } from '../slots/store-slot.ts'
import { type QueueStats, queueStats } from '../workers/statistics.ts'

/** How long {@link Queue.drain} waits. */
export interface DrainOptions {
  /** Ends the wait: it rejects with the reason of the signal. */
  readonly signal?: AbortSignal
  /** After which it rejects (`DRAIN_TIMEOUT`). @default none */
  readonly timeout?: Duration
}

const PURGE_SLICE = 500
/** The shortest pause between two looks at a queue that drains, and the part of the time passed that a pause is. */
const SHORTEST_PAUSE_MS = 5
const PAUSE_PART = 1 / 10

export class Queue {
  readonly name: string
  readonly #kernel: Kernel
  readonly #loop: Loop
  readonly #settlement: Settlement
  readonly #alias: string | undefined

  /** @param alias - the store that is meant; undefined: every store */
  constructor(name: string, alias: string | undefined, kernel: Kernel, loop: Loop, settlement: Settlement) {
    this.name = name
    this.#alias = alias
    this.#kernel = kernel
    this.#loop = loop
    this.#settlement = settlement
  }

  /** The queue in numbers: what waits and is at work, and what was counted run by run. */
  stats(): Promise<QueueStats> {
    return queueStats(this.#slots(), this.name)
  }

  /**
   * Keeps every process from starting runs of the queue, within one `pollInterval`; in this one at once. Runs at work go
   * on, and jobs still fire: their runs wait.
   */
  async pause(): Promise<void> {
    await Promise.all(this.#slots().map((slot) => this.#setPaused(slot, true)))
  }

  /** Lets runs of the queue start again. */
  async resume(): Promise<void> {
    await Promise.all(this.#slots().map((slot) => this.#setPaused(slot, false)))
  }

  /** Whether the queue is paused, in any of its stores. */
  async isPaused(): Promise<boolean> {
    const key = { kind: 'queue', id: this.name } as const
    const notes = await Promise.all(this.#slots().map(async (slot) => (await slot.ready()).get([key])))
    return notes.some(([note]) => note?.spec.isPaused === true)
  }

  /**
   * Waits until the queue is empty: no run of it waits, is delayed, is to be tried again or is at work, in any process.
   * How many ended meanwhile, whatever their end.
   *
   * @throws CronwrightError (`DRAIN_TIMEOUT`; `SHUTDOWN` when this scheduler is shut down before)
   */
  async drain(options?: DrainOptions): Promise<number> {
    const { signal, timeout } = checkOptions(options, 'options', ['signal', 'timeout'])
    if (signal !== undefined && !(signal instanceof AbortSignal)) {
      throw new InvalidArgumentError('options.signal', signal, 'must be an AbortSignal')
    }
    const timeoutMs = timeout === undefined ? Number.POSITIVE_INFINITY : parseDuration(timeout, 'options.timeout')
    signal?.throwIfAborted()
    const before = await this.#ended()
    await this.#emptied(timeoutMs, signal)
    await this.#settlement.drain(this.#slots())
    return (await this.#endedEverywhere(signal)) - before
  }

  /**
   * Ends every run of the queue that waits: they are `cancelled`, with the reason `purged`. Runs at work go on.
   *
   * @returns how many it ended
   */
  async purge(): Promise<number> {
    const counts = await Promise.all(this.#slots().map((slot) => this.#purge(slot)))
    return counts.reduce((sum, count) => sum + count, 0)
  }

  #slots(): readonly StoreSlot[] {
    return this.#kernel.storeSlots(this.#alias)
  }

  async #setPaused(slot: StoreSlot, isPaused: boolean): Promise<void> {
    const store = await slot.ready()
    const key = { kind: 'queue', id: this.name } as const
    await untilApplied(`the queue ${JSON.stringify(this.name)}`, async () => {
      const [note] = await store.get([key])
      const known = note?.spec ?? NEW_QUEUE
      if (known.isPaused === isPaused) return true
      const spec = { ...known, isPaused }
      const change: Change =
        note === undefined
          ? { expect: 0, record: noteRecord('queue', this.name, spec, slot.now(), null) }
          : { expect: note.version, key, patch: { spec } }
      const [result] = await store.commit([change])
      return result?.applied === true ? true : undefined
    })
    await this.#kernel.queues.readPauses(slot, this.#kernel.clock.monotonic())
    if (!isPaused) this.#loop.look(slot)
  }

  async #emptied(timeoutMs: number, signal: AbortSignal | undefined): Promise<void> {
    const { clock, settings } = this.#kernel
    const startedAt = clock.monotonic()
    for (;;) {
      signal?.throwIfAborted()
      if (this.#settlement.isGivingUp) {
        throw new CronwrightError('SHUTDOWN', `the scheduler was shut down before the queue ${this.name} was empty`)
      }
      const left = await this.#left()
      if (left === 0) return
      const passed = clock.monotonic() - startedAt
      if (passed >= timeoutMs) throw drainTimeout(this.name, timeoutMs, left)
      const pause = Math.min(
        Math.max(Math.ceil(passed * PAUSE_PART), SHORTEST_PAUSE_MS),
        settings.pollMs,
        timeoutMs - passed,
      )
      await this.#pauseFor(pause, signal)
    }
  }

  /** Runs that are not over. */
  async #left(): Promise<number> {
    const query = { kind: 'run', queue: this.name, states: ACTIVE_RUN_STATES } as const
    const counts = await Promise.all(this.#slots().map(async (slot) => (await slot.ready()).count(query)))
    return counts.reduce((sum, count) => sum + count, 0)
  }

  /** Runs that ended since the queue is known. */
  async #ended(): Promise<number> {
    const { completed, failed, cancelled } = await this.stats()
    return completed + failed + cancelled
  }

  /** {@link #ended}, when other workers have had the time to tell what they did. */
  async #endedEverywhere(signal: AbortSignal | undefined): Promise<number> {
    const counts = await Promise.all(this.#slots().map(({ store }) => store.count({ kind: 'worker' })))
    if (counts.some((count) => count > 1)) await this.#pauseFor(this.#kernel.settings.pollMs, signal)
    return this.#ended()
  }

  /** Resolves after a while, or when the signal aborts. */
  #pauseFor(ms: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      let timer: TimerHandle | undefined
      const over = (): void => {
        timer?.cancel()
        signal?.removeEventListener('abort', over)
        resolve()
      }
      timer = this.#kernel.clock.setTimer(over, ms)
      signal?.addEventListener('abort', over)
    })
  }

  /** One pass from the newest to the oldest: what is added meanwhile stays. */
  async #purge(slot: StoreSlot): Promise<number> {
    const store = await slot.ready()
    let purged = 0
    let before: { readonly at: number; readonly id: string } | undefined
    for (;;) {
      const query = { kind: 'run', queue: this.name, states: ['pending'], before, limit: PURGE_SLICE } as const
      const runs = await store.list(query)
      purged += await this.#cancel(slot, runs)
      const last = runs.at(-1)
      if (last === undefined || runs.length < PURGE_SLICE) return purged
      before = { at: last.at, id: last.id }
    }
  }

  async #cancel(slot: StoreSlot, runs: readonly RunRecord[]): Promise<number> {
    const now = slot.now()
    const steps = runs.map((run) => ({ run, patch: cancel(run, 'purged', now) }))
    const results = await slot.store.commit(steps.map(({ run, patch }) => runChange(run, patch)))
    const cancelled: RunRecord[] = []
    for (const [index, { run, patch }] of steps.entries()) {
      if (results[index]?.applied !== true) continue
      const after = patchedRecord<'run'>(run, patch)
      cancelled.push(after)
      this.#kernel.emitRun('run:cancelled', after, slot)
      this.#settlement.announceEnd(run.id, { slot, record: after })
    }
    await this.#settlement.finished(slot, cancelled)
    return cancelled.length
  }
}

function drainTimeout(queue: string, timeoutMs: number, left: number): CronwrightError {
  return new CronwrightError(
    'DRAIN_TIMEOUT',
    `the queue ${JSON.stringify(queue)} was not empty after ${timeoutMs} ms: ${left} run(s) wait or are at work`,
    { details: { queue, timeoutMs, left } },
  )
}
