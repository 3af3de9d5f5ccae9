/** The one writer that a SQLite database has: as long as it writes, all others wait. */

import { openDatabase } from '../../src/stores/sqlite/driver.ts'

/** Takes the write lock through a connection of its own. Gives it back when what it resolves with is called. */
export async function holdWriteLock(url: string): Promise<() => void> {
  const database = await openDatabase(url.slice('sqlite:'.length))
  try {
    database.exec('PRAGMA busy_timeout = 5000')
    database.exec('BEGIN IMMEDIATE')
  } catch (error) {
    database.close()
    throw error
  }
  return () => {
    database.exec('ROLLBACK')
    database.close()
  }
}
