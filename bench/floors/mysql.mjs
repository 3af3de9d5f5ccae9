/** The writes of a queue with mysql2: one statement a batch, joined to its rows as one JSON text. */

import mysql from 'mysql2/promise'
import { BATCH, LEASE_MS, newIds, RETENTION_MS, SPEC, statusOf, workInBatches } from './records.mjs'

const SCHEMA = `
  CREATE TABLE run (id varchar(64) CHARACTER SET ascii COLLATE ascii_bin PRIMARY KEY, version int, due bigint,
    state varchar(12) CHARACTER SET ascii, spec text, status text, KEY run_due (state, due))`

const CHANGE = `
  UPDATE run JOIN JSON_TABLE(?, '$[*]' COLUMNS (id varchar(64) CHARACTER SET ascii COLLATE ascii_bin PATH '$[0]', version int PATH '$[1]')) c
    ON run.id = c.id AND run.version = c.version
  SET run.version = run.version + 1, due = ?, state = ?, status = ?`

export async function open({ url }) {
  const pool = mysql.createPool({ uri: url, connectionLimit: 10 })
  await pool.query(SCHEMA)
  const insert = (ids) => {
    const now = Date.now()
    return pool.query('INSERT INTO run VALUES ?', [ids.map((id) => [id, 1, now, 'pending', SPEC, null])])
  }
  const change = async (runs, due, state, versionsOn) => {
    const rows = JSON.stringify(runs.map(({ id, version }) => [id, version + versionsOn]))
    const [{ affectedRows }] = await pool.query(CHANGE, [rows, due, state, statusOf(state)])
    return affectedRows
  }
  const batch = async () => {
    const now = Date.now()
    const [rows] = await pool.execute(
      `SELECT * FROM run WHERE state = 'pending' AND due <= ? ORDER BY due LIMIT ${BATCH}`,
      [now],
    )
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
