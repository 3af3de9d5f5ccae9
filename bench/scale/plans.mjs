/**
 * How a server carries out what the store asks: one round is run through a connection that has each statement explained,
 * with its own values and on the data as it is, right before it is carried out. So the plans are those of the statements
 * that the store really sends.
 */

import { connectionTo, poolTo } from './clients.mjs'
import { round } from './operations.mjs'

/** Conditions on a hundred ids are cut off. */
const WIDTH = 180

/**
 * @typedef {(statement: string, plan: string) => void} Note
 *
 * @type {Record<string, { about: string, open: (place: import('./stores.mjs').Place, note: Note) =>
 *   Promise<{ store: import('../../dist/stores/record-job-store.js').RecordJobStore, close: () => Promise<void> }> }>}
 */
const EXPLAINED = {
  postgres: {
    about: '`EXPLAIN (ANALYZE, BUFFERS)`, rolled back before the statement itself is run.',
    open: openPostgres,
  },
  mysql: { about: '`EXPLAIN` of MariaDB, within the transaction of the statement.', open: openMySql },
  sqlite: { about: '`EXPLAIN QUERY PLAN`.', open: openSqlite },
}

/** @returns {Promise<string | undefined>} Markdown; undefined for a store that plans nothing */
export async function plansOf(name, place, host) {
  const explained = EXPLAINED[name]
  if (explained === undefined) return undefined
  const found = new Map()
  let operation = ''
  const note = (statement, plan) => {
    if (operation === '' || isOfTransactions(statement)) return
    const plans = found.get(operation) ?? new Map()
    if (plan !== '' && !plans.has(statement)) found.set(operation, plans.set(statement, plan))
  }
  const { store, close } = await explained.open(place, note)
  await store.start(host, 'explained')
  await round(store, 'explained', async (timed, work) => {
    operation = timed
    const result = await work()
    operation = ''
    return result
  })
  await store.shutdown()
  await close()
  const parts = [...found].flatMap(([title, plans]) => [`#### ${title}`, ...[...plans].map(block)])
  return [explained.about, ...parts].join('\n\n')
}

function isOfTransactions(statement) {
  return /^\s*(BEGIN|COMMIT|ROLLBACK)/i.test(statement)
}

function block([statement, plan]) {
  const text = statement.replaceAll(/\s+/g, ' ').trim()
  const lines = plan.split('\n').map((line) => (line.length > WIDTH ? `${line.slice(0, WIDTH)} ...` : line))
  return `\`\`\`sql\n${text}\n\`\`\`\n\n\`\`\`text\n${lines.join('\n')}\n\`\`\``
}

async function openPostgres({ url, name: table }, note) {
  const { PostgresJobStore } = await import('../../dist/postgres.js')
  const pool = await poolTo(url)
  const beside = await poolTo(url)
  const explained = (query) => async (given) => {
    const { text, values } = given
    if (/^\s*(SELECT|WITH)/.test(text)) await explain(text, values)
    return query(given)
  }
  const explain = async (text, values) => {
    const client = await beside.connect()
    await client.query('BEGIN')
    // As the store does it for the statements that trim.
    if (/OFFSET s\.keep/.test(text)) await client.query('SET LOCAL enable_seqscan = off')
    const { rows } = await client.query({ text: `EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) ${text}`, values })
    await client.query('ROLLBACK')
    client.release()
    note(text, rows.map((row) => row['QUERY PLAN']).join('\n'))
  }
  const connect = async () => {
    const client = await pool.connect()
    const query = explained(client.query.bind(client))
    return Object.assign(Object.create(client), { query, release: (error) => client.release(error) })
  }
  // Beside the pool and not in its place: its own `query` calls its own `connect`.
  const recorded = Object.assign(Object.create(pool), { query: explained(pool.query.bind(pool)), connect })
  const store = new PostgresJobStore({ pool: recorded, table, notify: false, autoMigrate: false })
  const close = async () => {
    await pool.end()
    await beside.end()
  }
  return { store, close }
}

async function openMySql({ url, name: table }, note) {
  const { MySqlJobStore } = await import('../../dist/mysql.js')
  // The store's pool: one connection, whose statements are explained.
  const connection = await connectionTo(url)
  const execute = connection.execute.bind(connection)
  connection.execute = async (given) => {
    if (/^\s*(SELECT|INSERT|UPDATE|DELETE)/i.test(given.sql)) {
      const [rows] = await execute(`EXPLAIN ${given.sql}`, given.values)
      note(given.sql, tableOf(rows))
    }
    return execute(given)
  }
  connection.release = () => undefined
  const pool = {
    execute: (given) => connection.execute(given),
    getConnection: async () => connection,
    end: async () => undefined,
  }
  const store = new MySqlJobStore({ pool, table, autoMigrate: false })
  return { store, close: () => connection.end() }
}

function tableOf(rows) {
  const shown = ['table', 'type', 'key', 'key_len', 'ref', 'rows', 'Extra']
  return rows.map((row) => shown.map((column) => `${column}=${row[column] ?? '-'}`).join('  ')).join('\n')
}

async function openSqlite({ url, name }, note) {
  const { SqliteJobStore } = await import('../../dist/sqlite.js')
  const { openDatabase } = await import('../../dist/stores/sqlite/driver.js')
  const database = await openDatabase(`${url}/${name}.db`)
  const explain = (sql, values) => {
    const rows = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values)
    note(sql, rows.map(({ detail }) => detail).join('\n'))
  }
  const prepare = (sql) => {
    const statement = database.prepare(sql)
    const explained =
      (method) =>
      (...values) => {
        if (!isOfTransactions(sql)) explain(sql, values)
        return method.apply(statement, values)
      }
    return { run: explained(statement.run), all: explained(statement.all) }
  }
  const store = new SqliteJobStore({ database: { exec: (sql) => database.exec(sql), prepare, close: () => undefined } })
  return { store, close: async () => database.close() }
}
