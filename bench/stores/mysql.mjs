/** A database of its own. */

import mysql from 'mysql2/promise'
import { uniqueName } from './index.mjs'

export async function open(server) {
  const name = uniqueName()
  await onServer(server, (connection) => connection.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`))
  const url = new URL(server)
  url.pathname = `/${name}`
  return { url: url.href, drop: () => onServer(server, (connection) => connection.query(`DROP DATABASE ${name}`)) }
}

export async function describe(server) {
  return onServer(server, async (connection) => {
    const [[{ version, flush, binlog }]] = await connection.query(
      'SELECT version() AS version, @@innodb_flush_log_at_trx_commit AS flush, @@log_bin AS binlog',
    )
    const product = version.includes('MariaDB') ? 'MariaDB' : 'MySQL'
    return `${product} ${version.split('-')[0]} (innodb_flush_log_at_trx_commit ${flush}, log_bin ${binlog})`
  })
}

async function onServer(url, use) {
  const connection = await mysql.createConnection(url)
  try {
    return await use(connection)
  } finally {
    await connection.end()
  }
}
