/** The entry point `cronwright/sqlite`: jobs in an SQLite file. */

export type { SqliteDatabase } from './stores/sqlite/driver.ts'
export type { SqliteJobStoreOptions } from './stores/sqlite/options.ts'
export { SqliteJobStore } from './stores/sqlite/sqlite-job-store.ts'
