/** The writes of a queue with better-sqlite3. */

import Database from 'better-sqlite3'
import { BATCH, LEASE_MS, newIds, RETENTION_MS, SPEC, statusOf, workInBatches } from './records.mjs'

const SCHEMA = `
  CREATE TABLE run (id TEXT PRIMARY KEY, version INTEGER, due INTEGER, state TEXT, spec TEXT, status TEXT);
  CREATE INDEX run_due ON run (due) WHERE state IN ('pending', 'running')`

export async function open({ path, synchronous }) {
  const database = new Database(path)
  database.pragma('journal_mode = WAL')
  database.pragma(`synchronous = ${synchronous}`)
  database.exec(SCHEMA)
  const insert = database.prepare("INSERT INTO run VALUES (?, 1, ?, 'pending', ?, NULL)")
  const selectDue = database.prepare(
    "SELECT * FROM run WHERE state IN ('pending', 'running') AND due <= ? ORDER BY due LIMIT ?",
  )
  const update = database.prepare(
    'UPDATE run SET version = version + 1, due = ?, state = ?, status = ? WHERE id = ? AND version = ?',
  )
  const insertAll = database.transaction((ids) => {
    for (const id of ids) insert.run(id, Date.now(), SPEC)
  })
  const change = database.transaction((runs, due, state, versionsOn) => {
    let changed = 0
    for (const { id, version } of runs) {
      changed += update.run(due, state, statusOf(state), id, version + versionsOn).changes
    }
    return changed
  })
  const batch = () => {
    const now = Date.now()
    const runs = selectDue.all(now, BATCH)
    change(runs, now + LEASE_MS, 'running', 0)
    return change(runs, now + RETENTION_MS, 'completed', 1)
  }
  return {
    enqueue: async () => insertAll(newIds(1)),
    enqueueMany: async (inputs) => insertAll(newIds(inputs.length)),
    work: workInBatches(batch),
    close: async () => database.close(),
  }
}
