/** The entry point `cronwright/postgres`: jobs in PostgreSQL. */

export type { PostgresPool } from './stores/postgres/driver.ts'
export type { PostgresJobStoreOptions } from './stores/postgres/options.ts'
export { PostgresJobStore } from './stores/postgres/postgres-job-store.ts'
