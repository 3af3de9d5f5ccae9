/** The names of everything the store creates: its tables and indexes, all beginning with the name of its table. */

import { InvalidArgumentError } from '../../errors.ts'

/** Quoted identifiers. */
export interface Tables {
  readonly records: string
  readonly schema: string
  readonly jobsDue: string
  readonly runsDue: string
  readonly historyDue: string
  readonly active: string
  readonly newest: string
  readonly byState: string
  readonly activeRuns: string
  readonly finishedRuns: string
  readonly finishedEnqueued: string
  /** One for all lanes, and one for all series of runs, where there are no partial indexes. */
  readonly due: string
  readonly series: string
}

/** What the partial indexes on runs of a job say, repeated word for word by the queries that read them. */
export const IS_ACTIVE = "state IN ('pending', 'running')"
export const IS_OVER = "state NOT IN ('pending', 'running')"

/** Plain names only: they are written into statements, and are the same on every SQL server. */
const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]{0,39}$/

/** @throws InvalidArgumentError */
export function checkTable(value: unknown, field: string): string {
  if (typeof value === 'string' && IDENTIFIER.test(value) && !/^sqlite_/i.test(value)) return value
  const rule = 'must be 1 to 40 letters, digits and underscores, not begin with a digit, and not begin with sqlite_'
  throw new InvalidArgumentError(field, value, rule)
}

/** How a server writes names: the sign around them, and the schema (of PostgreSQL) that tables are in. */
export interface Naming {
  readonly quote: '"' | '`'
  /** Checked by {@link checkTable}. */
  readonly schema?: string | undefined
}

/**
 * @param table - checked by {@link checkTable}. Indexes are in the schema of their table and are named without it
 */
export function tablesOf(table: string, { quote, schema }: Naming = { quote: '"' }): Tables {
  const name = (suffix: string): string => `${quote}${table}${suffix}${quote}`
  const prefix = schema === undefined ? '' : `${quote}${schema}${quote}.`
  return {
    records: `${prefix}${name('')}`,
    schema: `${prefix}${name('_schema')}`,
    jobsDue: name('_jobs_due'),
    runsDue: name('_runs_due'),
    historyDue: name('_history_due'),
    active: name('_active'),
    newest: name('_newest'),
    byState: name('_by_state'),
    activeRuns: name('_active_runs'),
    finishedRuns: name('_finished_runs'),
    finishedEnqueued: name('_finished_enqueued'),
    due: name('_due'),
    series: name('_series'),
  }
}
