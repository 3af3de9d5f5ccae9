/**
 * The one memory store of all processes, as each of them has it: behind a network that the seed makes slow and unreliable.
 * A request that was sent arrives even when its sender is stopped meanwhile; a reply waits for its turn.
 */

import type { MemoryJobStore } from '../../../src/index.ts'
import type { Change, ChangeResult, Lane, RecordKey, RecordKind, StoreRecord } from '../../../src/jobs/record.ts'
import { RecordJobStore, type StoreCapabilities } from '../../../src/stores/record-job-store.ts'
import type { DueQuery, KindInLane, ListQuery, NextDueQuery, RunSeries } from '../../../src/stores/record-store.ts'
import type { SimulatedProcess } from './process.ts'
import type { Weather } from './weather.ts'

export class RemoteStore extends RecordJobStore {
  override readonly capabilities: StoreCapabilities = { persistent: false, shared: true }
  protected readonly process: SimulatedProcess
  protected readonly core: MemoryJobStore
  readonly #weather: Weather

  constructor(process: SimulatedProcess, core: MemoryJobStore, weather: Weather) {
    super()
    this.process = process
    this.core = core
    this.#weather = weather
  }

  protected override open(): Promise<void> {
    return this.call(() => Promise.resolve())
  }

  protected override async close(): Promise<void> {}

  override isolate<T>(value: T, path?: string): T {
    return this.core.isolate(value, path)
  }

  override get<K extends RecordKind>(keys: readonly RecordKey<K>[]): Promise<readonly (StoreRecord<K> | undefined)[]> {
    return this.call(() => this.core.get(keys))
  }

  override list<K extends RecordKind>(query: ListQuery<K>): Promise<readonly StoreRecord<K>[]> {
    return this.call(() => this.core.list(query))
  }

  override count(query: Omit<ListQuery, 'limit' | 'before'>): Promise<number> {
    return this.call(() => this.core.count(query))
  }

  override due<L extends Lane>(query: DueQuery<L>): Promise<readonly StoreRecord<KindInLane<L>>[]> {
    return this.call(() => this.core.due(query))
  }

  override nextDue(queries: readonly NextDueQuery[]): Promise<readonly (number | null)[]> {
    return this.call(() => this.core.nextDue(queries))
  }

  override countActive(jobIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return this.call(() => this.core.countActive(jobIds))
  }

  override commit(changes: readonly Change[]): Promise<readonly ChangeResult[]> {
    return this.call(() => this.core.commit(changes))
  }

  override trim(series: readonly RunSeries[]): Promise<void> {
    return this.call(() => this.core.trim(series))
  }

  override removeJobs(): Promise<number> {
    return this.call(() => this.core.removeJobs())
  }

  /** One round trip. What a dead process asks for is never sent, and never answered. */
  protected call<T>(perform: () => Promise<T>): Promise<T> {
    const { process } = this
    return new Promise((resolve, reject) => {
      if (!process.isAlive) return
      const trip = this.#weather.trip(process)
      process.world.schedule(process.now + trip.thereMs, () => {
        if (!process.isAlive && trip.diesWithSender) return
        if (trip.isRequestLost || this.#weather.isOut(process.name)) {
          process.later(trip.backMs, () => reject(new Error('the store cannot be reached')))
          return
        }
        perform().then(
          (value) => {
            process.later(trip.backMs, () => {
              if (trip.isReplyLost) reject(new Error('the reply was lost'))
              else resolve(value)
            })
          },
          (error: unknown) => process.later(trip.backMs, () => reject(error)),
        )
      })
    })
  }
}
