/** The entry point `cronwright/mysql`: jobs in MySQL or MariaDB. */

export type { MySqlPool } from './stores/mysql/driver.ts'
export { MySqlJobStore } from './stores/mysql/mysql-job-store.ts'
export type { MySqlJobStoreOptions } from './stores/mysql/options.ts'
