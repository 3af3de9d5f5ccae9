/** What the plain driver needs for the writes of a burst: the floor under the SQLite store. */

import Database from 'better-sqlite3'

const BATCH = 500
const DAY = 86_400_000
const BODY = JSON.stringify({ functionRef: 'noop', trigger: '0 0 0 * * *', padding: 'x'.repeat(200) })

const SCHEMA = `
  CREATE TABLE record (kind TEXT, id TEXT, version INTEGER, due INTEGER, state TEXT, body TEXT, PRIMARY KEY (kind, id))
    WITHOUT ROWID;
  CREATE INDEX record_due ON record (kind, due) WHERE due IS NOT NULL`

/** Fires and settles `count` due jobs, a batch a transaction. */
export function fireRecurringJobs(file, synchronous, count) {
  const database = new Database(file)
  database.pragma('journal_mode = WAL')
  database.pragma(`synchronous = ${synchronous}`)
  database.exec(SCHEMA)
  const insert = database.prepare('INSERT INTO record VALUES (?, ?, ?, ?, ?, ?)')
  const selectDue = database.prepare('SELECT * FROM record WHERE kind = ? AND due <= ? ORDER BY due LIMIT ?')
  const update = database.prepare(
    'UPDATE record SET version = version + 1, due = ?, state = ? WHERE kind = ? AND id = ? AND version = ?',
  )

  const now = Date.now()
  const addingStartedAt = performance.now()
  for (let index = 0; index < count; index += 1) insert.run('job', `job-${index}`, 1, now, 'active', BODY)
  const addMicroseconds = ((performance.now() - addingStartedAt) * 1_000) / count

  const claim = database.transaction((jobs) => {
    for (const job of jobs) {
      update.run(now + DAY, 'active', 'job', job.id, job.version)
      insert.run('run', `${job.id}@${now}`, 1, now + 15_000, 'running', job.body)
    }
  })
  const settle = database.transaction((jobs) => {
    for (const job of jobs) update.run(now + 7 * DAY, 'completed', 'run', `${job.id}@${now}`, 1)
  })
  const startedAt = performance.now()
  for (;;) {
    const jobs = selectDue.all('job', now, BATCH)
    if (jobs.length === 0) break
    claim(jobs)
    settle(jobs)
  }
  const totalMs = performance.now() - startedAt
  database.close()
  return { addMicroseconds, totalMs }
}
