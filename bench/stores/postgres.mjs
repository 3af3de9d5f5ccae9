/** A database of its own: its tables have no statistics and no dead rows of others. */

import pg from 'pg'
import { uniqueName } from './index.mjs'

export async function open(server) {
  const name = uniqueName()
  await onServer(server, (client) => client.query(`CREATE DATABASE ${name}`))
  const url = new URL(server)
  url.pathname = `/${name}`
  return {
    url: url.href,
    drop: () => onServer(server, (client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`)),
  }
}

export async function describe(server) {
  const settings = ['fsync', 'synchronous_commit', 'full_page_writes']
  return onServer(server, async (client) => {
    const { rows } = await client.query(
      "SELECT current_setting('server_version') AS version, " +
        `${settings.map((name) => `current_setting('${name}') AS ${name}`).join(', ')}`,
    )
    const [{ version, ...values }] = rows
    return `PostgreSQL ${version.split(' ')[0]} (${settings.map((name) => `${name} ${values[name]}`).join(', ')})`
  })
}

/** Transactions of one database that were committed so far, as the server counts them. */
export async function committed({ url }) {
  return onServer(url, async (client) => {
    await client.query('SELECT pg_stat_clear_snapshot()')
    const { rows } = await client.query(
      'SELECT xact_commit::int FROM pg_stat_database WHERE datname = current_database()',
    )
    return rows[0].xact_commit
  })
}

async function onServer(url, use) {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}
