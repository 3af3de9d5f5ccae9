/** The writes of a queue with the plain driver: the floor under leases, fences and run records. */

import Database from 'better-sqlite3'

const BATCH = 500
const BODY = JSON.stringify({ functionRef: 'noop', padding: 'x'.repeat(150) })

const SCHEMA = `
  CREATE TABLE run (id TEXT PRIMARY KEY, version INTEGER, due INTEGER, state TEXT, body TEXT, status TEXT);
  CREATE INDEX run_due ON run (due) WHERE state IN ('pending', 'running')`

/** Adds `count` runs, then claims and settles them, a batch a transaction, each change guarded by a version. */
export function processQueue(file, synchronous, count) {
  const database = new Database(file)
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
  const now = Date.now()
  const status = JSON.stringify({ attempt: 1, worker: 'w', startedAt: now })
  const enqueuingAt = performance.now()
  const add = database.transaction((from, to) => {
    for (let index = from; index < to; index += 1) insert.run(`run-${index}`, now, BODY)
  })
  for (let from = 0; from < count; from += 1_000) add(from, Math.min(count, from + 1_000))
  const startedAt = performance.now()
  const claim = database.transaction((runs) => {
    for (const run of runs) update.run(now + 15_000, 'running', status, run.id, run.version)
  })
  const settle = database.transaction((runs) => {
    for (const run of runs) update.run(now + 86_400_000, 'completed', status, run.id, run.version + 1)
  })
  for (;;) {
    const runs = selectDue.all(now, BATCH)
    if (runs.length === 0) break
    claim(runs)
    settle(runs)
  }
  const endedAt = performance.now()
  database.close()
  return {
    enqueued: (count * 1_000) / (startedAt - enqueuingAt),
    processed: (count * 1_000) / (endedAt - startedAt),
  }
}
