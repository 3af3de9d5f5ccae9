/** The writes of a queue with pg: one statement a batch, its rows bound as arrays. */

import pg from 'pg'
import { BATCH, LEASE_MS, newIds, RETENTION_MS, SPEC, statusOf, workInBatches } from './records.mjs'

const SCHEMA = `
  CREATE TABLE run (id text COLLATE "C" PRIMARY KEY, version int, due int8, state text, spec text, status text)
    WITH (fillfactor = 80);
  CREATE INDEX run_due ON run (due) WHERE state IN ('pending', 'running')`

const INSERT = {
  name: 'insert',
  text: "INSERT INTO run SELECT id, 1, $2::int8, 'pending', $3::text, NULL FROM unnest($1::text[]) AS id",
}
const SELECT_DUE = {
  name: 'due',
  text: "SELECT * FROM run WHERE state IN ('pending', 'running') AND due <= $1::int8 ORDER BY due LIMIT $2",
}
const CHANGE = {
  name: 'change',
  text: `UPDATE run SET version = run.version + 1, due = $3::int8, state = $4::text, status = $5::text
    FROM unnest($1::text[], $2::int[]) AS c (id, version) WHERE run.id = c.id AND run.version = c.version`,
}

export async function open({ url }) {
  const pool = new pg.Pool({ connectionString: url })
  pool.on('error', () => undefined)
  await pool.query(SCHEMA)
  const insert = (ids) => pool.query({ ...INSERT, values: [ids, Date.now(), SPEC] })
  const change = async (runs, due, state, versionsOn) => {
    const versions = runs.map(({ version }) => version + versionsOn)
    const values = [runs.map(({ id }) => id), versions, due, state, statusOf(state)]
    return (await pool.query({ ...CHANGE, values })).rowCount
  }
  const batch = async () => {
    const now = Date.now()
    const { rows } = await pool.query({ ...SELECT_DUE, values: [now, BATCH] })
    await change(rows, now + LEASE_MS, 'running', 0)
    return change(rows, now + RETENTION_MS, 'completed', 1)
  }
  return {
    enqueue: () => insert(newIds(1)),
    enqueueMany: (inputs) => insert(newIds(inputs.length)),
    work: workInBatches(batch),
    close: () => pool.end(),
  }
}
