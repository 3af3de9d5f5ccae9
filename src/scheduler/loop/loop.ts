/**
 * The loop: sleeps until the earliest due time of all stores, then visits each store that has something due.
 *
 *   wake -> claim waiting runs -> fire due jobs -> purge what is due to go -> ask when the next is due -> sleep
 *
 * Stores are visited independently: one that is slow or fails keeps no other waiting, and no error ends the loop. A
 * visit goes on in slices, with a turn of the event loop between, until nothing is due.
 */

import { yieldToEventLoop } from '../../core/clock.ts'
import type { Lane } from '../../jobs/record.ts'
import type { NextDueQuery } from '../../stores/record-store.ts'
import type { Kernel } from '../kernel.ts'
import type { RunAtWork } from '../running/run-at-work.ts'
import type { StoreSlot } from '../slots/store-slot.ts'
import type { Claiming } from './claiming.ts'
import type { Firing } from './firing.ts'
import type { Purge } from './purge.ts'
import type { StepResult } from './step-result.ts'
import { LONGEST_SLEEP_MS, Wakeup } from './wakeup.ts'

/** How long runs that fire and are claimed without end may keep what is due to go from going. */
const LONGEST_UNPURGED_MS = 1_000
/** How often a store is asked, at most, when something of others is due to go: that need not be known to the second. */
const HISTORY_EVERY_MS = 10_000
const PAUSE_MS = 100
/** Difference between the two clocks' view of a sleep that is put down to a stepped clock or a suspended machine. */
const CLOCK_STEP_MS = 1_000

/** What a visit found in each lane that it looked at, and when it looked last, epoch ms. */
interface Looked {
  readonly found: ReadonlyMap<Lane, StepResult>
  readonly lookedAt: number
}

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

  get isRunning(): boolean {
    return this.#isRunning
  }

  /** Starts visiting; every store is looked at once. */
  start(): void {
    this.#isRunning = true
    this.#lastWall = this.#kernel.clock.now()
    this.#lastMono = this.#kernel.clock.monotonic()
    for (const slot of this.#kernel.stores.values()) slot.agenda.forget()
    this.#sleep()
  }

  /** Stops visiting; what is under way comes to its end, see {@link underWay}. */
  stop(): void {
    this.#isRunning = false
    this.#wakeup.cancel()
  }

  /** Looks at every store now. */
  wakeup(): void {
    for (const slot of this.#kernel.stores.values()) this.look(slot)
  }

  /** Looks at one store now: at the runs and jobs in it. */
  look(slot: StoreSlot): void {
    for (const lane of ['run', 'job'] as const) this.expect(slot, lane, Number.NEGATIVE_INFINITY)
  }

  /** Notes that a lane of a store has something due at an instant (epoch ms), perhaps before what was known. */
  expect(slot: StoreSlot, lane: Lane, due: number | null): void {
    if (due === null) return
    const isNews = slot.agenda.note(lane, due) || due === Number.NEGATIVE_INFINITY
    if (!this.#isRunning || slot.isVisited || !(isNews || slot.isFailing)) return
    // A store that fails is asked when its pause is over, whatever is due in it.
    this.#wakeup.arm(slot.isFailing ? slot.pollAt - this.#kernel.clock.monotonic() : due - slot.now())
  }

  /** A run ended: looks at its store if runs of its job wait for that, and at those where runs wait for room. */
  roomAppeared({ slot: store, jobId }: RunAtWork): void {
    if (jobId !== null && store.heldBackJobs.delete(jobId)) this.expect(store, 'run', Number.NEGATIVE_INFINITY)
    this.#kernel.stores.forEach((slot) => {
      if (!slot.isStarved && slot.crowdedFunctions.size === 0) return
      slot.isStarved = false
      slot.crowdedFunctions.clear()
      this.expect(slot, 'run', Number.NEGATIVE_INFINITY)
    })
  }

  /** Resolves when what may start runs of these stores, and is under way, has ended: visits, and runs being added. */
  async underWay(slots: readonly StoreSlot[]): Promise<void> {
    await Promise.all(slots.map((slot) => this.#visits.get(slot)))
    await Promise.allSettled(slots.flatMap(({ arriving }) => [...arriving]))
  }

  /** Takes up claims that may have been written although these stores did not answer. Never rejects. */
  async settleClaims(slots: readonly StoreSlot[]): Promise<void> {
    await Promise.allSettled(slots.map((slot) => this.#claiming.settleUncertain(slot)))
  }

  #wake(): void {
    if (!this.#isRunning) return
    this.#noticeClockStep()
    const mono = this.#kernel.clock.monotonic()
    for (const slot of this.#kernel.stores.values()) {
      if (slot.isVisited || (dueOf(slot) > slot.now() && slot.pollAt > mono)) continue
      slot.isVisited = true
      this.#visits.set(slot, this.#visit(slot))
    }
    this.#sleep()
  }

  #sleep(): void {
    if (!this.#isRunning) return
    let delay = LONGEST_SLEEP_MS
    const mono = this.#kernel.clock.monotonic()
    for (const slot of this.#kernel.stores.values()) {
      if (!slot.isVisited) delay = Math.min(delay, dueOf(slot) - slot.now(), slot.pollAt - mono)
    }
    this.#wakeup.arm(delay)
  }

  async #visit(slot: StoreSlot): Promise<void> {
    try {
      await slot.ready()
      const { pollAt } = slot
      slot.busyElsewhere.clear()
      slot.ahead.forget()
      await this.#ask(slot, await this.#work(slot))
      slot.recovered()
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
   * is left. What is due to go waits until there is nothing else to do, but not for long. A poll asks first when each lane
   * has something due: where nobody else did anything, that is all it asks.
   */
  async #work(slot: StoreSlot): Promise<Looked> {
    const { clock, settings, queues } = this.#kernel
    const { roles } = settings
    const found = new Map<Lane, StepResult>()
    let lookedAt = slot.now()
    let purgedAt = clock.monotonic()
    const step = async (lane: Lane, work: (slot: StoreSlot) => Promise<StepResult>): Promise<StepResult> => {
      const isUncertain = lane === 'run' && slot.uncertainClaims.size > 0
      if (!isUncertain && !slot.agenda.isDue(lane, slot.now())) return 'nothing'
      slot.agenda.asking(lane)
      const result = await work(slot)
      // Until the store is asked when the next is due, nothing is but what was added in the meantime.
      if (result !== 'more' && !slot.isStarved) slot.agenda.learned(lane, null)
      if (result !== 'nothing' || !found.has(lane)) found.set(lane, result)
      return result
    }
    while (this.#isRunning) {
      if (clock.monotonic() >= slot.pollAt) {
        slot.pollAt = this.#nextPoll(slot)
        if (roles.execute && queues.isAnyPaused(slot)) await queues.readPauses(slot, clock.monotonic())
        // What is due already, or may be after a failure, is looked at anyway.
        const lanes = (['run', 'job'] as const).filter((lane) => !slot.agenda.isDue(lane, slot.now()))
        await this.#learn(slot, this.#withHistory(slot, lanes))
      }
      slot.isFiring = true
      lookedAt = slot.now()
      if (roles.execute && this.#isAnythingToStart(slot)) {
        await queues.readOldPauses(slot, clock.monotonic(), settings.pollMs)
      }
      const claimed = await step('run', roles.execute ? (of) => this.#claiming.step(of) : nothing)
      const fired = await step('job', roles.schedule ? (of) => this.#firing.step(of) : nothing)
      const isBusy = claimed === 'more' || fired === 'more'
      slot.isFiring = isBusy
      let purged: StepResult = 'nothing'
      const isPurgeDue = slot.agenda.isDue('history', slot.now())
      if (isPurgeDue && (!isBusy || clock.monotonic() - purgedAt >= LONGEST_UNPURGED_MS)) {
        purged = await step('history', (of) => this.#purge.step(of))
        purgedAt = clock.monotonic()
      }
      if (!isBusy && purged !== 'more') break
      await yieldToEventLoop(clock)
    }
    return { found, lookedAt }
  }

  #isAnythingToStart(slot: StoreSlot): boolean {
    return slot.agenda.isDue('run', slot.now()) || slot.agenda.isDue('job', slot.now())
  }

  #nextPoll(slot: StoreSlot): number {
    if (!slot.isShared) return Number.POSITIVE_INFINITY
    return this.#kernel.clock.monotonic() + this.#kernel.settings.pollMs
  }

  /** Asks when something is due again in the lanes that were looked at. */
  async #ask(slot: StoreSlot, { found, lookedAt }: Looked): Promise<void> {
    const isIdle = [...found.values()].every((result) => result === 'nothing')
    await this.#learn(slot, this.#withHistory(slot, [...found.keys()]), isIdle ? lookedAt : undefined)
  }

  /** These lanes, and the history where it was not asked about for long. */
  #withHistory(slot: StoreSlot, lanes: readonly Lane[]): readonly Lane[] {
    const isAsked = lanes.includes('history')
    const now = this.#kernel.clock.monotonic()
    if (!isAsked && now - slot.historyAskedAt < HISTORY_EVERY_MS) return lanes
    slot.historyAskedAt = now
    return isAsked ? lanes : [...lanes, 'history']
  }

  /**
   * Asks in one call when lanes have something due. A store that names a time but gave nothing that was due then must not
   * keep the loop spinning: what was due when all was looked at in vain counts as due after a pause.
   *
   * @param inVainAt - epoch ms
   */
  async #learn(slot: StoreSlot, lanes: readonly Lane[], inVainAt = Number.NEGATIVE_INFINITY): Promise<void> {
    const queries: NextDueQuery[] = []
    for (const lane of lanes) {
      slot.agenda.asking(lane)
      const query = this.#query(slot, lane)
      if (query === undefined) slot.agenda.learned(lane, null)
      else queries.push(query)
    }
    if (queries.length === 0) return
    const answers = await slot.store.nextDue(queries)
    const now = slot.now()
    for (const [index, { lane }] of queries.entries()) {
      const next = answers[index] ?? null
      const waitMs = lane === 'job' ? slot.crowds.job.wait(Math.random()) : 0
      if (next === null) slot.agenda.learned(lane, next)
      else if (next <= inVainAt) slot.agenda.learned(lane, now + PAUSE_MS)
      else slot.agenda.learned(lane, next <= now ? next : next + waitMs)
    }
  }

  /** What in a lane this process could do something about; undefined: nothing. */
  #query(slot: StoreSlot, lane: Lane): NextDueQuery | undefined {
    const { roles } = this.#kernel.settings
    const { unserved } = slot
    if (lane === 'history') return { lane }
    if (lane === 'job') {
      if (!roles.schedule) return undefined
      return { lane, withoutFunctions: [...unserved.functions], withoutJobs: [...unserved.jobs] }
    }
    const queues = this.#kernel.queues.open(slot)
    if (!roles.execute || slot.isStarved || queues.length === 0) return undefined
    const { functions, jobs } = this.#claiming.obstacles(slot)
    return { lane, queues, withoutFunctions: functions, withoutJobs: jobs }
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
    for (const slot of this.#kernel.stores.values()) slot.clock.doubt()
    this.wakeup()
  }
}

async function nothing(): Promise<StepResult> {
  return 'nothing'
}

/** Wall clock, epoch ms: when a store has to be looked at next. One that fails is left alone until its pause is over. */
function dueOf(slot: StoreSlot): number {
  return slot.isFailing ? Number.POSITIVE_INFINITY : slot.agenda.next
}
