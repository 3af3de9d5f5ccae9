/**
 * The queues that this process serves: in which order, how many runs of each at once, and which of them are paused.
 *
 * Whether a queue is paused is kept in its note in the store. This process looks at the notes before it starts anything,
 * but at most once in every poll interval; and while one is paused once in each, so that it learns of the resumption.
 */

import { QueueShares } from '../../jobs/queue-shares.ts'
import type { RunRecord } from '../../jobs/record.ts'
import type { DueQuery } from '../../stores/record-store.ts'
import type { StoreSlot } from '../slots/store-slot.ts'
import type { ServedQueue } from './queue-options.ts'

/** What a claim asks for, apart from its queues. */
export type WaitingQuery = Omit<DueQuery<'run'>, 'lane' | 'queues'>

const NO_QUEUES: ReadonlySet<string> = new Set()

export class Queues {
  /** Names, in order. */
  readonly names: readonly string[]
  /** Runs that may be at work at once, of the queues that have such a limit. */
  readonly #limits = new Map<string, number>()
  /** Whether any has: without, a run costs no look at these maps. */
  readonly #hasLimits: boolean
  /** Places taken, of the queues that have a limit. */
  readonly #taken = new Map<string, number>()
  /** Called when a queue that was full has a place: runs of it may wait, in any store. */
  onPlace: () => void = () => undefined
  /** Undefined where order is strict. */
  readonly #shares: QueueShares | undefined

  constructor(served: readonly ServedQueue[]) {
    this.names = served.map(({ name }) => name)
    for (const { name, concurrency } of served) if (Number.isFinite(concurrency)) this.#limits.set(name, concurrency)
    this.#hasLimits = this.#limits.size > 0
    const isWeighted = served.some(({ weight }) => weight !== null)
    this.#shares = isWeighted ? new QueueShares(served.map(({ weight }) => weight ?? 1)) : undefined
  }

  /** Notes that a run of the queue takes a place in an executor. Every place taken is given back once. */
  take(queue: string): void {
    if (this.#hasLimits && this.#limits.has(queue)) this.#taken.set(queue, (this.#taken.get(queue) ?? 0) + 1)
  }

  giveBack(queue: string): void {
    if (!this.#hasLimits || !this.#limits.has(queue)) return
    this.#taken.set(queue, (this.#taken.get(queue) ?? 0) - 1)
    if (this.free(queue) === 1) this.onPlace()
  }

  /** How many more runs of the queue may be at work. */
  free(queue: string): number {
    const limit = this.#hasLimits ? this.#limits.get(queue) : undefined
    return limit === undefined ? Number.POSITIVE_INFINITY : limit - (this.#taken.get(queue) ?? 0)
  }

  /** Whether a run of the queue may start here now, as far as its queue goes. */
  isOpen(slot: StoreSlot, queue: string): boolean {
    const { pausedQueues = NO_QUEUES } = slot
    if (pausedQueues.size > 0 && pausedQueues.has(queue)) return false
    return this.names.includes(queue) && this.free(queue) > 0
  }

  /** Those of which runs may start here now, in order. */
  open(slot: StoreSlot): readonly string[] {
    if (!this.#hasLimits && (slot.pausedQueues ?? NO_QUEUES).size === 0) return this.names
    return this.names.filter((name) => this.isOpen(slot, name))
  }

  /** Whether runs are read in one order for all queues, so that some at its front can be left out. */
  get haveOneOrder(): boolean {
    return this.#shares === undefined && !this.#hasLimits
  }

  /** Runs that wait (or whose lease is over), in the order in which they are to be served. */
  async due(slot: StoreSlot, query: WaitingQuery): Promise<readonly RunRecord[]> {
    const queues = this.open(slot)
    if (queues.length === 0) return []
    if (this.haveOneOrder) return slot.store.due({ ...query, lane: 'run', queues })
    const waiting = await Promise.all(
      this.names.map((name): readonly RunRecord[] | Promise<readonly RunRecord[]> => {
        if (!queues.includes(name)) return []
        const limit = Math.min(query.limit, this.free(name))
        return slot.store.due({ ...query, lane: 'run', queues: [name], limit })
      }),
    )
    if (this.#shares === undefined) return waiting.flat().slice(0, query.limit)
    return this.#byWeight(this.#shares, waiting, query.limit)
  }

  #byWeight(shares: QueueShares, waiting: readonly (readonly RunRecord[])[], limit: number): RunRecord[] {
    const order = shares.share(
      waiting.map((runs) => runs.length),
      limit,
    )
    const remaining = waiting.map((runs) => runs.values())
    const served: RunRecord[] = []
    for (const index of order) {
      const next = remaining[index]?.next()
      if (next !== undefined && next.done !== true) served.push(next.value)
    }
    return served
  }

  /** Whether any queue that is served here is paused, as far as is known; true where nothing is known. */
  isAnyPaused({ pausedQueues }: StoreSlot): boolean {
    return pausedQueues === undefined || pausedQueues.size > 0
  }

  /** Whether it was read within so many ms of `monotonic` which queues are paused. */
  arePausesKnown({ pausesReadAt }: StoreSlot, monotonic: number, withinMs: number): boolean {
    return monotonic - pausesReadAt < withinMs
  }

  /** Reads which queues are paused, where that was not read within so many ms of `monotonic`. */
  async readOldPauses(slot: StoreSlot, monotonic: number, withinMs: number): Promise<void> {
    if (!this.arePausesKnown(slot, monotonic, withinMs)) await this.readPauses(slot, monotonic)
  }

  /** Reads from the store which queues are paused. Of readings that overlap, the one that began last counts. */
  async readPauses(slot: StoreSlot, monotonic: number): Promise<void> {
    slot.pauseReadings += 1
    const reading = slot.pauseReadings
    const notes = await slot.store.get(this.names.map((id) => ({ kind: 'queue', id }) as const))
    if (reading !== slot.pauseReadings && slot.pausedQueues !== undefined) return
    const paused = notes.filter((note) => note?.spec.isPaused === true).map((note) => note?.id ?? '')
    slot.pausedQueues = paused.length === 0 ? NO_QUEUES : new Set(paused)
    slot.pausesReadAt = monotonic
  }
}
