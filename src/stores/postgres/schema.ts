/**
 * The table and its indexes, as a list of migrations that is only ever appended to. Processes that start at once take
 * turns under an advisory lock; the first does it.
 *
 * Each index is partial where it can be: finished runs, most of the table, are in none of those that a claim reads.
 *
 * A claim and a renewal change no column that is in an index: neither `due` nor `state` is. What is due is found by
 * `ready_at`, which is `due` but stays as it was while a run is at work; so who looks for runs steps over the few that are
 * at work. PostgreSQL then writes the new version of the row beside the old one and leaves the indexes alone (a heap-only
 * tuple), for which half of each page is kept free.
 */

import type { SchemaKeeper } from '../schema.ts'
import { number } from '../sql/rows.ts'
import { isOutdated } from '../sql/schema-version.ts'
import type { SqlRow } from '../sql/statement.ts'
import type { Tables } from '../sql/tables.ts'
import type { Database } from './database.ts'
import { withDatabase } from './open-database.ts'
import type { ResolvedPostgresOptions } from './options.ts'

/** The states that nearly all runs are in: nothing is listed by them that other indexes do not hold. */
const USUAL_STATES = "'pending', 'running', 'completed'"

/** Statements that lead from one version to the next, in order. */
export type Migration = (tables: Tables) => readonly string[]

/** Migration n (from 1) is at n - 1. Never change one that was released. */
export const MIGRATIONS: readonly Migration[] = [
  ({ records, ...index }) => [
    `CREATE TABLE ${records} (
      kind text COLLATE "C" NOT NULL,
      id text COLLATE "C" NOT NULL,
      version int NOT NULL,
      lane text COLLATE "C" NOT NULL,
      due int8,
      ready_at int8,
      state text COLLATE "C" NOT NULL,
      unusual_state text COLLATE "C" GENERATED ALWAYS AS (
        CASE WHEN state IN (${USUAL_STATES}) THEN NULL ELSE state END) STORED,
      at int8 NOT NULL,
      job_id text COLLATE "C",
      function_ref text COLLATE "C" NOT NULL,
      queue text COLLATE "C" NOT NULL,
      priority int NOT NULL,
      status text,
      spec text NOT NULL,
      seq int8 GENERATED ALWAYS AS IDENTITY,
      PRIMARY KEY (kind, id)
    ) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05)`,
    `CREATE INDEX ${index.jobsDue} ON ${records} (ready_at, seq) WHERE lane = 'job' AND ready_at IS NOT NULL`,
    `CREATE INDEX ${index.runsDue} ON ${records} (queue, priority, ready_at, seq)
      WHERE lane = 'run' AND ready_at IS NOT NULL`,
    `CREATE INDEX ${index.historyDue} ON ${records} (ready_at, seq) WHERE lane = 'history' AND ready_at IS NOT NULL`,
    `CREATE INDEX ${index.active} ON ${records} (at, id) WHERE lane = 'run'`,
    `CREATE INDEX ${index.newest} ON ${records} (kind, at, id) WHERE lane <> 'run'`,
    `CREATE INDEX ${index.byState} ON ${records} (kind, unusual_state, at, id) WHERE unusual_state IS NOT NULL`,
    `CREATE INDEX ${index.activeRuns} ON ${records} (job_id, at, id) WHERE job_id IS NOT NULL AND lane = 'run'`,
    `CREATE INDEX ${index.finishedRuns} ON ${records} (job_id, at, id) WHERE job_id IS NOT NULL AND lane <> 'run'`,
    `CREATE INDEX ${index.finishedEnqueued} ON ${records} (function_ref, at, id)
      WHERE kind = 'run' AND job_id IS NULL AND lane = 'history'`,
  ],
]

const LATEST = MIGRATIONS.length

type Rows = (sql: string, values?: readonly unknown[]) => Promise<readonly SqlRow[]>

/** Looks after the schema beside a store that may not be open. */
export function schemaKeeper(options: ResolvedPostgresOptions): SchemaKeeper {
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

/** Brings the schema to the version of the last migration. */
export function migrate(database: Database, tables: Tables, migrations: readonly Migration[]): Promise<void> {
  return database.transaction(async (rows) => {
    await rows('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`cronwright ${tables.schema}`])
    await rows(`CREATE TABLE IF NOT EXISTS ${tables.schema} (version int PRIMARY KEY, migrated_at timestamptz)`)
    for (let version = (await schemaVersion(rows, tables)) + 1; version <= migrations.length; version += 1) {
      for (const statement of migrations[version - 1]?.(tables) ?? []) await rows(statement)
      await rows(`INSERT INTO ${tables.schema} VALUES ($1, clock_timestamp())`, [version])
    }
  })
}

function currentVersion(database: Database, tables: Tables): Promise<number> {
  return schemaVersion((sql, values) => database.rows(sql, values), tables)
}

async function schemaVersion(rows: Rows, { schema }: Tables): Promise<number> {
  const [found] = await rows('SELECT to_regclass($1) IS NOT NULL AS found', [schema])
  if (found?.['found'] !== true) return 0
  const [row] = await rows(`SELECT coalesce(max(version), 0) AS version FROM ${schema}`)
  return row === undefined ? 0 : number(row, 'version')
}
