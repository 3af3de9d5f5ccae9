/** Looks after the schema beside a store that may not be open. A file that does not exist is not made by asking. */

import { existsSync } from 'node:fs'
import { systemClock } from '../../core/clock.ts'
import type { SchemaKeeper } from '../schema.ts'
import { tablesOf } from '../sql/tables.ts'
import { Connection } from './connection.ts'
import { openDatabase } from './driver.ts'
import type { ResolvedSqliteOptions } from './options.ts'
import { LATEST, schemaVersion } from './schema.ts'
import { Session } from './session.ts'

export function schemaKeeper(options: ResolvedSqliteOptions): SchemaKeeper {
  const { source, table } = options
  const tables = tablesOf(table)
  return {
    latest: LATEST,
    async version() {
      if ('database' in source) return schemaVersion(new Connection(source.database), tables)
      if (!existsSync(source.path)) return 0
      const connection = new Connection(await openDatabase(source.path))
      try {
        connection.exec(`PRAGMA busy_timeout = ${source.busyTimeoutMs}`)
        return schemaVersion(connection, tables)
      } finally {
        connection.close()
      }
    },
    async migrate() {
      const session = await Session.open({ ...options, autoMigrate: true }, systemClock.now())
      session.close()
    },
  }
}
