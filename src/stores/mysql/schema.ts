/**
 * The table and its indexes, as a list of migrations that is only ever appended to. Processes that start at once take
 * turns under a named lock; the first does it.
 *
 * MySQL has no partial indexes, and each index is written with every record: so there are few, over generated columns that
 * let one serve several purposes. `due_lane` is the lane of records that have a due time and null for the rest, so that dead
 * runs, which wait for a person, are in no range that a claim reads; only runs are apart by queue and priority. `series` is
 * the job of a run, or the function of one that was enqueued.
 *
 * The index of due times is over `ready_at`, which is `due` but stays as it was while a run is at work: a claim and a
 * renewal leave it alone, which saves a tenth of the server's time for a run, and who looks for runs steps over the few
 * that are at work.
 */

import { CronwrightError } from '../../errors.ts'
import type { SchemaKeeper } from '../schema.ts'
import { number } from '../sql/rows.ts'
import { isOutdated } from '../sql/schema-version.ts'
import type { Tables } from '../sql/tables.ts'
import type { Database, Transaction } from './database.ts'
import { withDatabase } from './open-database.ts'
import type { ResolvedMySqlOptions } from './options.ts'

/** Statements that lead from one version to the next, in order. */
export type Migration = (tables: Tables) => readonly string[]

/** Migration n (from 1) is at n - 1. Never change one that was released. */
export const MIGRATIONS: readonly Migration[] = [
  ({ records, ...index }) => [
    `CREATE TABLE IF NOT EXISTS ${records} (
      seq BIGINT NOT NULL AUTO_INCREMENT,
      kind VARCHAR(8) NOT NULL,
      id VARCHAR(255) NOT NULL,
      version INT NOT NULL,
      lane VARCHAR(8) NOT NULL,
      due BIGINT,
      ready_at BIGINT,
      state VARCHAR(16) NOT NULL,
      at BIGINT NOT NULL,
      job_id VARCHAR(191),
      function_ref VARCHAR(191) NOT NULL,
      queue VARCHAR(191) NOT NULL,
      priority INT NOT NULL,
      status LONGTEXT,
      spec LONGTEXT NOT NULL,
      due_lane VARCHAR(8) AS (IF(ready_at IS NULL, NULL, lane)) VIRTUAL,
      due_queue VARCHAR(191) AS (IF(lane = 'run', queue, '')) VIRTUAL,
      due_priority INT AS (IF(lane = 'run', priority, 0)) VIRTUAL,
      series VARCHAR(193) AS (IF(kind <> 'run', NULL, IF(job_id IS NULL, CONCAT('f:', function_ref), CONCAT('j:', job_id))))
        VIRTUAL,
      PRIMARY KEY (kind, id),
      UNIQUE KEY seq (seq),
      KEY ${index.due} (due_lane, due_queue, due_priority, ready_at, seq),
      KEY ${index.newest} (kind, at),
      KEY ${index.byState} (kind, state, at),
      KEY ${index.series} (lane, series, at)
    ) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  ],
]

const LATEST = MIGRATIONS.length
const LOCK_WITHIN_S = 30

/** Looks after the schema beside a store that may not be open. */
export function schemaKeeper(options: ResolvedMySqlOptions): SchemaKeeper {
  return {
    latest: LATEST,
    version: () => withDatabase(options, ({ database, tables }) => currentVersion(database, tables)),
    migrate: () => withDatabase(options, ({ database, tables }) => prepareSchema(database, tables, true)),
  }
}

/**
 * Brings the schema up to date, or says what is missing.
 *
 * @throws CronwrightError (`STORE_ERROR`) when it is newer than this release, or older and not to be migrated
 */
export async function prepareSchema(database: Database, tables: Tables, autoMigrate: boolean): Promise<void> {
  const version = await currentVersion(database, tables)
  if (isOutdated(tables, version, LATEST, autoMigrate)) await migrate(database, tables, MIGRATIONS)
}

/**
 * Brings the schema to the version of the last migration. Statements that define tables end a transaction, so what keeps
 * the processes apart is a lock of the connection.
 */
export async function migrate(database: Database, tables: Tables, migrations: readonly Migration[]): Promise<void> {
  const name = `cronwright ${tables.schema}`.slice(0, 64)
  await database.transaction(async ({ rows, write }) => {
    const [lock] = await rows('SELECT GET_LOCK(?, ?) AS got', [name, LOCK_WITHIN_S])
    if (lock?.['got'] !== 1) {
      throw new CronwrightError('STORE_ERROR', `another process holds the lock of the migration ${name}`)
    }
    try {
      await write(`CREATE TABLE IF NOT EXISTS ${tables.schema} (version INT PRIMARY KEY, migrated_at TIMESTAMP)`)
      for (let version = (await schemaVersion(rows, tables)) + 1; version <= migrations.length; version += 1) {
        for (const statement of migrations[version - 1]?.(tables) ?? []) await write(statement)
        await write(`INSERT INTO ${tables.schema} VALUES (?, CURRENT_TIMESTAMP)`, [version])
        await write('COMMIT')
      }
    } finally {
      await rows('SELECT RELEASE_LOCK(?)', [name])
    }
  })
}

function currentVersion(database: Database, tables: Tables): Promise<number> {
  return schemaVersion((sql, values) => database.rows(sql, values), tables)
}

async function schemaVersion(rows: Transaction['rows'], { schema }: Tables): Promise<number> {
  const sql = 'SELECT 1 FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?'
  const found = await rows(sql, [schema.replaceAll('`', '')])
  if (found.length === 0) return 0
  const [row] = await rows(`SELECT coalesce(max(version), 0) AS version FROM ${schema}`)
  return row === undefined ? 0 : number(row, 'version')
}
