/**
 * The tables and indexes, as a list of migrations that is only ever appended to, and the one that brings a database up
 * to date. The version that a database has is the highest number in its schema table.
 *
 * Each index is partial where it can be: finished runs, most of the table, are in none of those that a claim reads.
 * The table keeps its rowid because that measured best: with rows of this size, WITHOUT ROWID costs three times as much
 * per write. And rowids rise, so records due in the same millisecond come first in, first out.
 */

import { numberIn } from '../sql/rows.ts'
import { isOutdated } from '../sql/schema-version.ts'
import type { Tables } from '../sql/tables.ts'
import type { Connection } from './connection.ts'

/** Statements that lead from one version to the next. */
export type Migration = (tables: Tables) => string

/** Migration n (from 1) is at n - 1. Never change one that was released. */
export const MIGRATIONS: readonly Migration[] = [
  (tables) => `
    CREATE TABLE ${tables.records} (
      kind TEXT NOT NULL,
      id TEXT NOT NULL,
      version INTEGER NOT NULL,
      lane TEXT NOT NULL,
      due INTEGER,
      state TEXT NOT NULL,
      at INTEGER NOT NULL,
      job_id TEXT,
      function_ref TEXT NOT NULL,
      queue TEXT NOT NULL,
      priority INTEGER NOT NULL,
      status TEXT,
      spec TEXT NOT NULL,
      PRIMARY KEY (kind, id)
    ) STRICT;
    CREATE INDEX ${tables.jobsDue} ON ${tables.records} (due) WHERE lane = 'job' AND due IS NOT NULL;
    CREATE INDEX ${tables.runsDue} ON ${tables.records} (queue, priority, due)
      WHERE lane = 'run' AND due IS NOT NULL;
    CREATE INDEX ${tables.historyDue} ON ${tables.records} (due) WHERE lane = 'history' AND due IS NOT NULL;
    CREATE INDEX ${tables.newest} ON ${tables.records} (kind, at, id);
    CREATE INDEX ${tables.byState} ON ${tables.records} (kind, state, at, id) WHERE state <> 'completed';
    CREATE INDEX ${tables.activeRuns} ON ${tables.records} (job_id, at)
      WHERE job_id IS NOT NULL AND state IN ('pending', 'running');
    CREATE INDEX ${tables.finishedRuns} ON ${tables.records} (job_id, at, lane)
      WHERE job_id IS NOT NULL AND state NOT IN ('pending', 'running');
    CREATE INDEX ${tables.finishedEnqueued} ON ${tables.records} (function_ref, at)
      WHERE kind = 'run' AND job_id IS NULL AND lane = 'history';
  `,
]

export const LATEST = MIGRATIONS.length

/**
 * Refuses a schema that this release cannot use. Writes nothing.
 *
 * @throws CronwrightError (`STORE_ERROR`) when it is newer than this release, or older and not to be migrated
 */
export function checkSchema(connection: Connection, tables: Tables, autoMigrate: boolean): void {
  isOutdated(tables, schemaVersion(connection, tables), LATEST, autoMigrate)
}

/**
 * Brings the schema to the version of the last migration. Of processes that start at once, the first does it and the others
 * wait for it.
 *
 * @param now - epoch ms, noted beside the version
 */
export function migrate(connection: Connection, tables: Tables, migrations: readonly Migration[], now: number): void {
  if (schemaVersion(connection, tables) === migrations.length) return
  connection.write(() => {
    connection.exec(`CREATE TABLE IF NOT EXISTS ${tables.schema} (version INTEGER PRIMARY KEY, migrated_at INTEGER)`)
    for (let version = schemaVersion(connection, tables) + 1; version <= migrations.length; version += 1) {
      connection.exec(migrations[version - 1]?.(tables) ?? '')
      connection.prepare(`INSERT INTO ${tables.schema} VALUES (?, ?)`).run(version, now)
    }
  })
}

/** The version that a database has; 0: no schema. */
export function schemaVersion(connection: Connection, tables: Tables): number {
  const exists = connection.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?")
  if (exists.first(tables.schema.slice(1, -1)) === undefined) return 0
  const row = connection.prepare(`SELECT coalesce(max(version), 0) AS version FROM ${tables.schema}`).first()
  return row === undefined ? 0 : numberIn(row[0], 'version')
}
