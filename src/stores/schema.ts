/** The schemas of stores that have one: tables and indexes with a version, which a newer release brings up to date. */

import type { Awaitable } from './job-store.ts'

/** Versions of a schema. */
export interface SchemaVersion {
  /** That the store has; 0: there is none yet. */
  readonly current: number
  /** That this release makes. */
  readonly latest: number
}

/** What a migration did; from and to are the same where nothing was to be done. */
export interface SchemaMigration {
  /** 0: there was no schema. */
  readonly from: number
  readonly to: number
}

/** How a store looks after its schema, on connections that it opens for it and closes again. */
export interface SchemaKeeper {
  readonly latest: number
  /** Writes nothing. */
  version(): Awaitable<number>
  /** @throws CronwrightError (`STORE_ERROR`) when the schema is newer than this release */
  migrate(): Awaitable<void>
}
