/**
 * This process as a worker on its stores: a note in each of them, kept alive by heartbeats, so that every process sees
 * who is at work and what became of the runs.
 *
 * A heartbeat comes at the start, then once in each lease (30 s at most), and at most once in each poll interval after
 * something was counted. It never holds anything up: a store that does not answer is left alone until it does, and one
 * that fails until the loop has found that it works again. In a store that lives and dies with this process nothing can
 * be stale: there the note is written when there is something to say, and an idle process stays asleep.
 */

import { hostname } from 'node:os'
import { VERSION } from '../../core/version.ts'
import type { RunCounters } from '../../jobs/counters.ts'
import { noteRecord } from '../../jobs/notes.ts'
import type { StoreRecord } from '../../jobs/record.ts'
import { GONE, markOf, type Worker, type WorkerNote, workerFromRecord } from '../../jobs/worker.ts'
import type { Kernel } from '../kernel.ts'
import { Wakeup } from '../loop/wakeup.ts'
import type { StoreSlot } from '../slots/store-slot.ts'
import { fold, reap, removal } from './folding.ts'

const LONGEST_INTERVAL_MS = 30_000
/** Heartbeats that may be missing before a worker counts as stale. */
const MISSING_BEATS = 4
const LISTED_RUNS = 100
const LISTED_WORKERS = 10_000

/** A store as heartbeats see it. */
interface Pulse {
  /** Monotonic: when the next heartbeat is due. */
  beatAt: number
  /** The heartbeat under way. */
  beating: Promise<void> | undefined
  /** Whether it was said that another process uses this worker's id. */
  hasWarned: boolean
  /** Whether such a process has taken the note, and this one leaves it to it. */
  hasGivenWay: boolean
}

export class Workers {
  readonly #kernel: Kernel
  readonly #wakeup: Wakeup
  readonly #pulses = new Map<StoreSlot, Pulse>()
  readonly #intervalMs: number
  readonly #host = hostname()
  #isOn = false
  /** Epoch ms. */
  #startedAt = 0
  #isStopping = false

  constructor(kernel: Kernel) {
    this.#kernel = kernel
    this.#intervalMs = Math.min(kernel.settings.leaseMs, LONGEST_INTERVAL_MS)
    this.#wakeup = new Wakeup(kernel.clock, () => this.#turn())
    kernel.onNews = (slot) => this.#expectBeat(slot)
  }

  /** Shows this process in every store, from now on. */
  start(): void {
    this.#isOn = true
    this.#startedAt = this.#kernel.clock.now()
    this.#isStopping = false
    this.#pulses.clear()
    this.#turn()
  }

  /** Shows this process in a store that was added. */
  join(): void {
    if (this.#isOn) this.#turn()
  }

  /** Its id while it is shown. */
  get id(): string | undefined {
    return this.#isOn ? this.#kernel.workerId : undefined
  }

  /** Says that this process is about to end, where somebody may wait for it. */
  stopping(): void {
    this.#isStopping = true
    for (const slot of this.#kernel.stores.values()) if (slot.atWork.size > 0) void this.#beat(slot)
  }

  /** Ends the heartbeats. */
  stop(): void {
    this.#isOn = false
    this.#wakeup.cancel()
  }

  /**
   * Takes this process off a store; what it counted goes to the notes of the queues. Also of a scheduler that was never
   * started: it may have enqueued runs. Never rejects, and asks nothing of a store that fails.
   */
  async leave(slot: StoreSlot): Promise<void> {
    await this.#pulses.get(slot)?.beating
    this.#pulses.delete(slot)
    if (slot.isFailing) return
    try {
      const { workerNote: note } = slot
      const counters = slot.tally.read()
      if (note === undefined && counters.size === 0) return
      const mark = note === undefined ? undefined : markOf(note)
      if (!(await fold(await slot.ready(), [{ mark, counters }], slot.now()))) return
      slot.tally.takeOff(counters)
      if (note === undefined) return
      slot.workerNote = undefined
      await slot.store.commit([removal(note.id, note.version)])
    } catch (error) {
      slot.failed(error)
    }
  }

  /** Takes workers off that were not heard of for long. This one shows that it is alive instead. */
  async reap(slot: StoreSlot, stale: readonly StoreRecord<'worker'>[]): Promise<void> {
    const others = stale.filter((worker) => !this.#isOwn(worker))
    if (others.length < stale.length) await this.#beat(slot)
    if (others.length > 0) await reap(slot.store, others, slot.now())
  }

  /** The workers on these stores, this one as it is now. */
  async list(slots: readonly StoreSlot[]): Promise<Worker[]> {
    const lists = await Promise.all(
      slots.map(async (slot) => {
        const store = await slot.ready()
        const now = slot.now()
        const records = await store.list({ kind: 'worker', limit: LISTED_WORKERS })
        const others = records.filter((record) => !this.#isOwn(record))
        const own = !this.#isOn ? [] : [this.#record(slot, slot.tally.read(), now)]
        return [...own, ...others].map((record) => workerFromRecord(record, slot.alias, now))
      }),
    )
    return lists.flat().sort((a, b) => a.startedAt.getTime() - b.startedAt.getTime())
  }

  #expectBeat(slot: StoreSlot): void {
    const pulse = this.#pulses.get(slot)
    if (pulse === undefined || !this.#isOn) return
    pulse.beatAt = Math.min(pulse.beatAt, this.#kernel.clock.monotonic() + this.#kernel.settings.pollMs)
    this.#arm()
  }

  #turn(): void {
    const now = this.#kernel.clock.monotonic()
    for (const slot of this.#kernel.stores.values()) if (this.#pulse(slot).beatAt <= now) void this.#beat(slot)
    this.#arm()
  }

  #arm(): void {
    let next = Number.POSITIVE_INFINITY
    for (const { beatAt } of this.#pulses.values()) next = Math.min(next, beatAt)
    if (Number.isFinite(next)) this.#wakeup.arm(next - this.#kernel.clock.monotonic())
  }

  #pulse(slot: StoreSlot): Pulse {
    let pulse = this.#pulses.get(slot)
    if (pulse === undefined) {
      pulse = { beatAt: Number.NEGATIVE_INFINITY, beating: undefined, hasWarned: false, hasGivenWay: false }
      this.#pulses.set(slot, pulse)
    }
    return pulse
  }

  #interval(slot: StoreSlot): number {
    return slot.isShared ? this.#intervalMs : Number.POSITIVE_INFINITY
  }

  /** Never rejects. */
  #beat(slot: StoreSlot): Promise<void> {
    const pulse = this.#pulse(slot)
    const pauseMs = slot.isFailing ? this.#kernel.settings.pollMs : this.#interval(slot)
    pulse.beatAt = this.#kernel.clock.monotonic() + pauseMs
    if (slot.isFailing || !this.#isOn) return Promise.resolve()
    pulse.beating ??= this.#write(slot, pulse).finally(() => {
      pulse.beating = undefined
    })
    return pulse.beating
  }

  async #write(slot: StoreSlot, pulse: Pulse): Promise<void> {
    try {
      await slot.ready()
      if (!(await this.#renew(slot))) await this.#enter(slot, pulse)
    } catch (error) {
      if (!slot.isFailing) slot.failed(error)
      pulse.beatAt = Math.min(pulse.beatAt, this.#kernel.clock.monotonic() + this.#kernel.settings.pollMs)
      this.#arm()
    }
  }

  /** Whether the note that was written before could be written again. */
  async #renew(slot: StoreSlot): Promise<boolean> {
    const { workerNote: note } = slot
    if (note === undefined) return false
    const counters = slot.tally.take()
    const { spec, due } = this.#record(slot, counters, slot.now())
    const key = { kind: 'worker', id: note.id } as const
    const [result] = await slot.store.commit([{ expect: note.version, key, patch: { spec, due } }])
    if (result?.applied === true) slot.workerNote = { ...note, version: note.version + 1, counters }
    return result?.applied === true
  }

  /** Writes a new note, or finds the one that an earlier write has left though its reply was lost. */
  async #enter(slot: StoreSlot, pulse: Pulse): Promise<void> {
    const { workerNote: note } = slot
    const [stored] = await slot.store.get([{ kind: 'worker', id: this.#kernel.workerId }])
    if (stored !== undefined && stored.state !== GONE && this.#isOwn(stored)) {
      slot.workerNote = { ...stored, counters: new Map(Object.entries(stored.spec.counters)) }
      await this.#renew(slot)
      return
    }
    // Its note was taken for dead, or by another process: what it had said by then is counted without it.
    if (note !== undefined) slot.tally.takeOff(note.counters)
    slot.workerNote = undefined
    if (stored?.state === GONE) return
    if (stored !== undefined) {
      const now = slot.now()
      if (stored.due === null || stored.due > now) {
        this.#warn(slot, pulse, stored)
        // The process that came last shows itself. The other gives way, or the two would drive each other out forever.
        pulse.hasGivenWay ||= note !== undefined
        if (pulse.hasGivenWay) return
      }
      await reap(slot.store, [stored], now)
    }
    const counters = slot.tally.take()
    const record = this.#record(slot, counters, slot.now())
    const [result] = await slot.store.commit([{ expect: 0, record }])
    if (result?.applied !== true) return
    slot.workerNote = { ...record, counters }
    pulse.hasGivenWay = false
  }

  /** Whether a note is of this very scheduler, not of another that has its id. */
  #isOwn({ id, spec }: StoreRecord<'worker'>): boolean {
    const { host, pid, startedAt } = spec
    return id === this.#kernel.workerId && startedAt === this.#startedAt && pid === process.pid && host === this.#host
  }

  #warn(slot: StoreSlot, pulse: Pulse, { id, spec }: StoreRecord<'worker'>): void {
    if (pulse.hasWarned) return
    pulse.hasWarned = true
    this.#kernel.logger.warn(
      { workerId: id, store: slot.alias, host: spec.host, pid: spec.pid },
      'another process on the job store has the same workerId, unless it has just died: they must differ',
    )
  }

  /** What this worker has to say of itself now. */
  #record(slot: StoreSlot, counters: ReadonlyMap<string, RunCounters>, now: number): StoreRecord<'worker'> {
    const { settings, workerId } = this.#kernel
    const running: string[] = []
    for (const runId of slot.atWork.keys()) {
      if (running.length === LISTED_RUNS) break
      running.push(runId)
    }
    const spec: WorkerNote = {
      host: this.#host,
      pid: process.pid,
      version: VERSION,
      queues: settings.roles.execute ? settings.queues : [],
      startedAt: this.#startedAt,
      beatAt: now,
      running,
      runningCount: slot.atWork.size,
      isStopping: this.#isStopping,
      counters: Object.fromEntries(counters),
    }
    const staleAt = now + MISSING_BEATS * this.#interval(slot)
    return noteRecord('worker', workerId, spec, now, Number.isFinite(staleAt) ? staleAt : null)
  }
}
