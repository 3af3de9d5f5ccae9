/** What holds the write lock of the SQLite database that it is given, from its first message on until it is killed. */

import { openDatabase } from '../../src/stores/sqlite/driver.ts'

const LONGEST_MS = 120_000

/** It does not outlive who started it. */
process.once('disconnect', () => process.exit())
setTimeout(() => process.exit(), LONGEST_MS)
const database = await openDatabase(process.argv[2] ?? '')
database.exec('PRAGMA busy_timeout = 5000')
database.exec('BEGIN IMMEDIATE')
process.send?.('held')
