/** What the version of a schema means for a store that opens it: the same on every SQL server. */

import { CronwrightError } from '../../errors.ts'
import type { Tables } from './tables.ts'

/**
 * Whether a schema has to be brought up to date.
 *
 * @param version - that the database has; 0: no schema
 * @param latest - that this release needs
 * @throws CronwrightError (`STORE_ERROR`) when it is newer than this release, or older and not to be migrated
 */
export function isOutdated(tables: Tables, version: number, latest: number, autoMigrate: boolean): boolean {
  if (version > latest) {
    throw schemaError(
      tables,
      version,
      latest,
      `is newer than this release of cronwright knows (${latest}); update cronwright`,
    )
  }
  if (version === latest) return false
  if (autoMigrate) return true
  const has = version === 0 ? 'does not exist' : `is older than the ${latest} that this release needs`
  const remedy = 'run cronwright migrate with the URL of the store, or start once with autoMigrate: true'
  throw schemaError(tables, version, latest, `${has}; ${remedy}`)
}

function schemaError(tables: Tables, version: number, latest: number, problem: string): CronwrightError {
  return new CronwrightError('STORE_ERROR', `the schema ${tables.schema}, version ${version}, ${problem}`, {
    details: { field: 'autoMigrate', table: tables.records, version, supported: latest },
  })
}
