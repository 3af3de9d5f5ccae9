/** A job store as a scheduler has it: under an alias, opened on first use, with what the loop knows about it. */

import type { Clock } from '../../core/clock.ts'
import type { Logger } from '../../core/logger.ts'
import type { RunCounters } from '../../jobs/counters.ts'
import type { RunRecord } from '../../jobs/record.ts'
import { type Run, runFromRecord } from '../../jobs/run.ts'
import type { StoreHost } from '../../stores/job-store.ts'
import type { RecordJobStore } from '../../stores/record-job-store.ts'
import type { SchedulerEmitter } from '../events.ts'
import { Agenda } from '../loop/agenda.ts'
import { Crowd } from '../loop/crowd.ts'
import { ReadAhead } from '../loop/read-ahead.ts'
import type { UncertainClaim } from '../loop/uncertain-claims.ts'
import { Unserved } from '../loop/unserved.ts'
import type { RunAtWork } from '../running/run-at-work.ts'
import type { Settings } from '../settings.ts'
import { within } from '../within.ts'
import { RunTally } from '../workers/run-tally.ts'
import { GatheredInserts } from './gathered-inserts.ts'
import { StoreClock } from './store-clock.ts'
import { withDeadline } from './store-deadline.ts'

const FIRST_BACKOFF_MS = 100
/** What was missed during an outage is started so soon after it: an outage costs a server a question every other second. */
const LONGEST_BACKOFF_MS = 2_000
const CLOSING_DEADLINE_MS = 5_000
/** Jobs remembered of a shared store because runs of theirs wait. */
const MOST_HELD_BACK = 10_000

/** A worker note that this process wrote. */
export interface WrittenNote {
  readonly id: string
  /** Epoch ms of its first version. */
  readonly at: number
  readonly version: number
  /** Queue -> the counters it was last written with. */
  readonly counters: ReadonlyMap<string, RunCounters>
}

/** What a slot needs of its scheduler. */
export interface SlotHost {
  readonly clock: Clock
  readonly logger: Logger
  readonly events: SchedulerEmitter
  readonly workerId: string
  readonly settings: Pick<Settings, 'leaseMs'>
}

export class StoreSlot {
  readonly alias: string
  /** The store, of which no call waits for ever. */
  readonly store: RecordJobStore
  /** What is added to it one by one. */
  readonly inserts: GatheredInserts
  /** Whether other processes may change the store. */
  readonly isShared: boolean
  /** The time by which its due times and leases are judged. */
  readonly clock: StoreClock
  /** When it has something due, as far as this process knows. */
  readonly agenda = new Agenda()
  /** Monotonic: when the loop looks at it in any case; infinite for a store that nobody else changes, once looked at. */
  pollAt = Number.NEGATIVE_INFINITY
  /** Whether the loop is busy with it. */
  isVisited = false
  /** Whether it is firing and claiming, and may have more to do of that. */
  isFiring = false
  /** Monotonic: when the loop last asked when something is due to go. */
  historyAskedAt = Number.NEGATIVE_INFINITY
  /** Whether the scheduler let go of it: nothing is written to it any more. */
  isReleased = false
  /** Whether runs may wait because no executor has room at all. */
  isStarved = false
  /** Jobs with runs that wait because others of theirs are at work. */
  readonly heldBackJobs = new Set<string>()
  /** Functions whose runs wait because their executor has no room. */
  readonly crowdedFunctions = new Set<string>()
  /** Run id -> run of this store that is at work in this process. */
  readonly atWork = new Map<string, RunAtWork>()
  /** Writes under way that add runs as claimed. */
  readonly arriving = new Set<Promise<unknown>>()
  /** Run id -> claim of which it is not known whether it was written. */
  readonly uncertainClaims = new Map<string, UncertainClaim>()
  /** Finished runs of a job (or, after a zero byte, of a function) since they were last trimmed. */
  readonly untrimmed = new Map<string, number>()
  /** What waits for a process that knows its function and executor. */
  readonly unserved = new Unserved()
  /** Jobs at their limit with what they have at work in other processes, as far as the present visit knows. */
  readonly busyElsewhere = new Set<string>()

  /** What is claimed next, as far as it was asked for already. */
  readonly ahead = new ReadAhead()

  /** Who else takes from the front of its lanes. */
  readonly crowds = { job: new Crowd(), run: new Crowd() }

  /** Queues served here that are paused in this store; undefined until their notes were read. */
  pausedQueues: ReadonlySet<string> | undefined
  /** How often reading them was begun. */
  pauseReadings = 0
  /** Monotonic: when the last of them that counts began. */
  pausesReadAt = Number.NEGATIVE_INFINITY

  /** What became of runs of this store in this process, as far as no note of a queue says so. */
  readonly tally = new RunTally()
  /** The note of this worker in the store, as far as it is known. */
  workerNote: WrittenNote | undefined

  readonly #host: SlotHost
  /** The store without deadlines, for what is no request. */
  readonly #plain: RecordJobStore
  readonly #wakeup: (slot: StoreSlot) => void
  #opening: Promise<void> | undefined
  #asking: Promise<void> | undefined
  #failures = 0

  constructor(alias: string, store: RecordJobStore, host: SlotHost, wakeup: (slot: StoreSlot) => void) {
    this.alias = alias
    this.store = withDeadline(store, host.clock, host.settings.leaseMs)
    this.inserts = new GatheredInserts(this.store)
    this.isShared = store.capabilities.shared
    this.#plain = store
    this.clock = new StoreClock(host.clock)
    this.#host = host
    this.#wakeup = wakeup
  }

  /**
   * Notes that a run of this job waits, or may come to wait, for another of its runs to end: the store is looked at then.
   * One that other processes share is looked at often anyway, so what they did with those runs need not be remembered.
   */
  holdBack(jobId: string | null): void {
    if (jobId === null) return
    if (this.isShared && this.heldBackJobs.size >= MOST_HELD_BACK) this.heldBackJobs.clear()
    this.heldBackJobs.add(jobId)
  }

  /**
   * The store, open, and its clock known: also where nothing but a call looks at it now and then. Rejects with what opening
   * it, or asking for its time, threw; the next call tries again.
   */
  async ready(): Promise<RecordJobStore> {
    this.#opening ??= this.#open()
    try {
      await this.#opening
    } catch (error) {
      this.#opening = undefined
      throw error
    }
    if (this.clock.isOld) await this.askTime()
    return this.store
  }

  /** Asks for the time of the store's server; of calls at once, one asks for all. */
  async askTime(): Promise<void> {
    this.#asking ??= this.clock.ask(this.store).finally(() => {
      this.#asking = undefined
    })
    await this.#asking
  }

  /** A value that shares nothing with the one given; see {@link RecordJobStore.isolate}. @throws SerializationError */
  isolate<T>(value: T, path?: string): T {
    return this.#plain.isolate(value, path)
  }

  /** By the store's clock, epoch ms. */
  now(): number {
    return this.clock.now()
  }

  async #open(): Promise<void> {
    await this.store.start(this.#storeHost(), this.alias)
    await this.clock.ask(this.store)
  }

  /** Closes the store if it was opened, within a deadline. Never rejects. */
  async close(): Promise<void> {
    if (this.#opening === undefined) return
    const closing = this.#opening.then(() => this.store.shutdown())
    this.#opening = undefined
    try {
      await within(this.#host.clock, CLOSING_DEADLINE_MS, closing)
    } catch (error) {
      this.#host.logger.warn({ store: this.alias, error }, 'closing the job store failed')
    }
  }

  /** A view of a run of this store that shares neither input nor output with it. */
  runView(record: RunRecord): Run {
    const isStopping = this.atWork.get(record.id)?.stopCause !== undefined
    const run = runFromRecord(record, this.alias, { now: this.now(), isStopping })
    const input = this.isolate(run.input)
    const output = this.isolate(run.output)
    return input === run.input && output === run.output ? run : { ...run, input, output }
  }

  get isFailing(): boolean {
    return this.#failures > 0
  }

  /** Notes a failure: one event for each outage, and a growing pause before the next try. */
  failed(error: unknown): void {
    if (this.isReleased) return
    if (this.#failures === 0) this.report(error)
    const backoff = Math.min(FIRST_BACKOFF_MS * 2 ** this.#failures, LONGEST_BACKOFF_MS)
    this.#failures += 1
    this.agenda.forget()
    this.pollAt = this.#host.clock.monotonic() + backoff
    this.#wakeup(this)
  }

  /** Notes that the store answered: what was missed is caught up at once. */
  recovered(): void {
    if (this.#failures === 0) return
    this.#failures = 0
    this.#host.logger.info({ store: this.alias }, 'the job store answers again')
    this.#wakeup(this)
  }

  report(error: unknown): void {
    this.#host.logger.error({ store: this.alias, error }, 'the job store failed')
    this.#host.events.emit('store:error', { alias: this.alias, error })
  }

  #storeHost(): StoreHost {
    return {
      workerId: this.#host.workerId,
      now: () => this.#host.clock.now(),
      wakeup: () => this.#wakeup(this),
      reportError: (error) => this.report(error),
    }
  }
}
