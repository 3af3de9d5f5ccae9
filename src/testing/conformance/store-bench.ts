/** What a conformance case works with: stores on data of its own, all of them shut down when it ends. */

import { randomId } from '../../core/random-id.ts'
import type { CronwrightError } from '../../errors.ts'
import type { Serializer } from '../../jobs/serializer.ts'
import type { JobStore } from '../../stores/job-store.ts'
import { NOW } from './records.ts'

/** What a store can do beyond its contract. A capability that it does not have is the only ground to leave a case out. */
export interface TestedCapabilities {
  /** Jobs outlive the instance: a second store made with the same name has them. @default false */
  readonly persistent?: boolean
  /** Stores made with the same name work on the same data at the same time. @default false */
  readonly shared?: boolean
  /** Records are kept as text, written by the serializer that the options give. @default false */
  readonly text?: boolean
}

/** What a store under test is made from. */
export interface StoreOptions {
  /** Names the data, by letters, digits and `_`: stores made with the same name have the same data, if they can. */
  readonly name: string
  /** Only for stores that keep text, and only if given. */
  readonly serializer?: Serializer
}

/** How a case wants a store: on the data of that name, default its own; errors reported to its host are put in the list. */
export interface OpenOptions extends Partial<StoreOptions> {
  readonly errors?: CronwrightError[]
}

export class StoreBench<Store extends JobStore = JobStore> {
  /** What the store is said to be able to do. */
  readonly capabilities: TestedCapabilities
  readonly #create: (options: StoreOptions) => Store
  readonly #started = new Set<JobStore>()

  constructor(create: (options: StoreOptions) => Store, capabilities: TestedCapabilities) {
    this.#create = create
    this.capabilities = capabilities
  }

  /** A name for data that nobody else has. */
  newName(): string {
    return `data_${randomId().slice(0, 16)}`
  }

  /** A store that was never started. */
  make(options: Partial<StoreOptions> = {}): Store {
    return this.#create({ name: this.newName(), ...options })
  }

  /** A store that is started. */
  async open({ errors, ...options }: OpenOptions = {}): Promise<Store> {
    const store = this.make(options)
    await this.start(store, errors)
    return store
  }

  async start(store: JobStore, errors: CronwrightError[] = []): Promise<void> {
    this.#started.add(store)
    const reportError = (error: CronwrightError): void => void errors.push(error)
    await store.start({ workerId: 'test', now: () => NOW, wakeup: () => undefined, reportError }, 'tested')
  }

  /** Shuts down every store that was started. */
  async close(): Promise<void> {
    for (const store of this.#started) await store.shutdown()
    this.#started.clear()
  }
}
