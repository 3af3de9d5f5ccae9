/**
 * The loop: sleeps until the earliest due time of all stores, then visits each store that has something due.
 *
 *   wake -> claim waiting runs -> fire due jobs -> purge what is due to go -> ask when the next is due -> sleep
 *
 * Stores are visited independently: one that is slow or fails keeps no other waiting, and no error ends the loop. A
 * visit goes on in slices, with a turn of the event loop between, until nothing is due.
 */

import { yieldToEventLoop } from '../core/clock.ts'
import type { Claiming } from './claiming.ts'
import type { Firing } from './firing.ts'
import type { Kernel } from './kernel.ts'
import type { Purge } from './purge.ts'
import type { RunAtWork } from './run-at-work.ts'
import type { StoreSlot } from './store-slot.ts'
import { LONGEST_SLEEP_MS, Wakeup } from './wakeup.ts'

/** What one step of firing, claiming or purging found: nothing due, all that was due, or a full slice and perhaps more. */
export type StepResult = 'nothing' | 'all' | 'more'

/** How long runs that fire and are claimed without end may keep what is due to go from going. */
const LONGEST_UNPURGED_MS = 1_000
const PAUSE_MS = 100
/** Difference between the two clocks' view of a sleep that is put down to a stepped clock or a suspended machine. */
const CLOCK_STEP_MS = 1_000

export class Loop {
  readonly #kernel: Kernel
  readonly #firing: Firing
  readonly #claiming: Claiming
  readonly #purge: Purge
  readonly #wakeup: Wakeup
  readonly #visits = new Map<StoreSlot, Promise<void>>()
  #isRunning = false
  #lastWall = 0
  #lastMono = 0

  constructor(kernel: Kernel, firing: Firing, claiming: Claiming, purge: Purge) {
    this.#kernel = kernel
    this.#firing = firing
    this.#claiming = claiming
    this.#purge = purge
    this.#wakeup = new Wakeup(kernel.clock, () => this.#wake())
    kernel.queues.onPlace = () => this.wakeup()
  }

  /** Starts visiting; every store is looked at once. */
  start(): void {
    this.#isRunning = true
    this.#lastWall = this.#kernel.clock.now()
    this.#lastMono = this.#kernel.clock.monotonic()
    for (const slot of this.#kernel.stores.values()) slot.dueAt = Number.NEGATIVE_INFINITY
    this.#sleep()
  }

  /** Stops visiting; what is under way comes to its end, see {@link visitsUnderWay}. */
  stop(): void {
    this.#isRunning = false
    this.#wakeup.cancel()
  }

  /** Looks at every store now. */
  wakeup(): void {
    for (const slot of this.#kernel.stores.values()) this.look(slot)
  }

  /** Looks at one store now. */
  look(slot: StoreSlot): void {
    this.expect(slot, Number.NEGATIVE_INFINITY)
  }

  /** Notes that a store has something due at an instant (epoch ms), perhaps before what was known. */
  expect(slot: StoreSlot, due: number | null): void {
    if (due === null) return
    if (slot.isVisited) slot.heardOf = Math.min(slot.heardOf, due)
    if (due >= slot.dueAt && !slot.isFailing) return
    // A store that fails is asked when its pause is over, whatever is due in it.
    if (!slot.isFailing) slot.dueAt = due
    if (!this.#isRunning || slot.isVisited) return
    this.#wakeup.arm(slot.isFailing ? slot.pollAt - this.#kernel.clock.monotonic() : due - this.#kernel.clock.now())
  }

  /** A run ended: looks at its store if runs of its job wait for that, and at those where runs wait for room. */
  roomAppeared({ slot: store, jobId }: RunAtWork): void {
    if (jobId !== null && store.heldBackJobs.delete(jobId)) this.look(store)
    this.#kernel.stores.forEach((slot) => {
      if (!slot.isStarved && slot.crowdedFunctions.size === 0) return
      slot.isStarved = false
      slot.crowdedFunctions.clear()
      this.look(slot)
    })
  }

  /** Resolves when the visits of these stores that are under way have ended. */
  async visitsUnderWay(slots: readonly StoreSlot[]): Promise<void> {
    await Promise.all(slots.map((slot) => this.#visits.get(slot)))
  }

  #wake(): void {
    if (!this.#isRunning) return
    this.#noticeClockStep()
    const now = this.#kernel.clock.now()
    const mono = this.#kernel.clock.monotonic()
    for (const slot of this.#kernel.stores.values()) {
      if (slot.isVisited || (slot.dueAt > now && slot.pollAt > mono)) continue
      slot.isVisited = true
      slot.heardOf = Number.POSITIVE_INFINITY
      this.#visits.set(slot, this.#visit(slot))
    }
    this.#sleep()
  }

  #sleep(): void {
    if (!this.#isRunning) return
    let delay = LONGEST_SLEEP_MS
    const now = this.#kernel.clock.now()
    const mono = this.#kernel.clock.monotonic()
    for (const slot of this.#kernel.stores.values()) {
      if (!slot.isVisited) delay = Math.min(delay, slot.dueAt - now, slot.pollAt - mono)
    }
    this.#wakeup.arm(delay)
  }

  async #visit(slot: StoreSlot): Promise<void> {
    try {
      await slot.ready()
      const { pollAt } = slot
      slot.busyElsewhere.clear()
      const hasWorked = await this.#work(slot)
      slot.heardOf = Number.POSITIVE_INFINITY
      const next = await this.#nextDue(slot)
      slot.recovered()
      const now = this.#kernel.clock.now()
      // A store that names a time but gives nothing that is due then must not keep the loop spinning.
      slot.dueAt = Math.min(next > now || hasWorked ? next : now + PAUSE_MS, slot.heardOf)
      // After a poll, so that a slow store has its rest; visits for other reasons put no poll off.
      if (slot.pollAt !== pollAt) slot.pollAt = this.#nextPoll(slot)
    } catch (error) {
      slot.failed(error)
    } finally {
      slot.isVisited = false
      slot.isFiring = false
      this.#visits.delete(slot)
      this.#sleep()
    }
  }

  /**
   * Goes on in slices until nothing more is due; runs that wait come before jobs that fire, which may take the room that
   * is left. What is due to go waits until there is nothing else to do, but not for long. Whether there was anything to
   * do.
   */
  async #work(slot: StoreSlot): Promise<boolean> {
    const { roles } = this.#kernel.settings
    let hasWorked = false
    let purgedAt = this.#kernel.clock.monotonic()
    while (this.#isRunning) {
      if (this.#kernel.clock.monotonic() >= slot.pollAt) {
        if (roles.execute) await this.#kernel.queues.readPauses(slot)
        slot.pollAt = this.#nextPoll(slot)
      }
      slot.isFiring = true
      const claimed = roles.execute ? await this.#claiming.step(slot) : 'nothing'
      const fired = roles.schedule ? await this.#firing.step(slot) : 'nothing'
      const isBusy = claimed === 'more' || fired === 'more'
      slot.isFiring = isBusy
      let purged: StepResult = 'nothing'
      if (!isBusy || this.#kernel.clock.monotonic() - purgedAt >= LONGEST_UNPURGED_MS) {
        purged = await this.#purge.step(slot)
        purgedAt = this.#kernel.clock.monotonic()
      }
      hasWorked ||= claimed !== 'nothing' || fired !== 'nothing' || purged !== 'nothing'
      if (!isBusy && purged !== 'more') break
      await yieldToEventLoop(this.#kernel.clock)
    }
    return hasWorked
  }

  #nextPoll(slot: StoreSlot): number {
    if (!slot.store.capabilities.shared) return Number.POSITIVE_INFINITY
    return this.#kernel.clock.monotonic() + this.#kernel.settings.pollMs
  }

  /** When this process has to look again: leaves out what it could not do anything about. */
  async #nextDue(slot: StoreSlot): Promise<number> {
    const { roles } = this.#kernel.settings
    const queues = this.#kernel.queues.open(slot)
    const { store } = slot
    const { functions, jobs } = this.#claiming.obstacles(slot)
    const [job, run, history] = await Promise.all([
      roles.schedule
        ? store.nextDue({
            lane: 'job',
            withoutFunctions: [...slot.unserved.functions],
            withoutJobs: [...slot.unserved.jobs],
          })
        : null,
      roles.execute && !slot.isStarved && queues.length > 0
        ? store.nextDue({ lane: 'run', queues, withoutFunctions: functions, withoutJobs: jobs })
        : null,
      store.nextDue({ lane: 'history' }),
    ])
    const never = Number.POSITIVE_INFINITY
    return Math.min(job ?? never, run ?? never, history ?? never)
  }

  #noticeClockStep(): void {
    const wall = this.#kernel.clock.now()
    const mono = this.#kernel.clock.monotonic()
    const step = wall - this.#lastWall - (mono - this.#lastMono)
    this.#lastWall = wall
    this.#lastMono = mono
    if (Math.abs(step) < CLOCK_STEP_MS) return
    this.#kernel.logger.warn({ stepMs: Math.round(step) }, 'the clock was stepped, or the machine was suspended')
    this.#kernel.clockStepped()
    this.wakeup()
  }
}
