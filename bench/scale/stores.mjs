/**
 * The stores that are measured. Where a server plans its statements by statistics, it is measured as it is right after the
 * filling, with none that would know of it, and again when they were gathered.
 *
 * @typedef {object} Place
 * @property {string} url - of the server, or a folder of its own for a store that needs none
 * @property {string} name - of the table, prefix or path: two stores of different names do not see each other
 *
 * @typedef {object} MeasuredStore
 * @property {string} title
 * @property {string} [server] - name in scripts/servers
 * @property {(place: Place) => Promise<import('../../dist/stores/record-job-store.js').RecordJobStore>} create
 * @property {(place: Place) => Promise<void>} [beforeFilling] - on an open, empty store
 * @property {{ name: string, prepare: (place: Place) => Promise<void> }[]} states - measured one after the other
 */

import { connectionTo, poolTo } from './clients.mjs'

const TIMEOUT = '60s'
const AS_FILLED = { name: 'as filled', prepare: async () => undefined }

/** @type {Record<string, MeasuredStore>} */
export const STORES = {
  memory: {
    title: 'Memory',
    create: async () => new (await import('../../dist/index.js')).MemoryJobStore(),
    states: [AS_FILLED],
  },
  sqlite: {
    title: 'SQLite',
    create: async ({ url, name }) =>
      new (await import('../../dist/sqlite.js')).SqliteJobStore({ path: `${url}/${name}.db`, synchronous: 'NORMAL' }),
    states: [AS_FILLED],
  },
  postgres: {
    title: 'PostgreSQL',
    server: 'postgres',
    create: async ({ url, name: table }) =>
      new (await import('../../dist/postgres.js')).PostgresJobStore({ url, table, timeout: TIMEOUT }),
    beforeFilling: async ({ url, name }) => {
      await onPostgres(url, `ALTER TABLE "${name}" SET (autovacuum_enabled = false)`)
    },
    states: [
      { name: 'no statistics', prepare: async () => undefined },
      {
        name: 'with statistics',
        prepare: async ({ url, name }) => {
          await onPostgres(url, `ALTER TABLE "${name}" RESET (autovacuum_enabled)`)
          await onPostgres(url, `VACUUM (ANALYZE) "${name}"`)
        },
      },
    ],
  },
  mysql: {
    title: 'MySQL (MariaDB)',
    server: 'mysql',
    create: async ({ url, name: table }) =>
      new (await import('../../dist/mysql.js')).MySqlJobStore({ url, table, timeout: TIMEOUT }),
    beforeFilling: ({ url, name }) => onMySql(url, `ALTER TABLE \`${name}\` STATS_AUTO_RECALC = 0`),
    states: [
      { name: 'no statistics', prepare: async () => undefined },
      { name: 'with statistics', prepare: ({ url, name }) => onMySql(url, `ANALYZE TABLE \`${name}\``) },
    ],
  },
  redis: {
    title: 'Redis',
    server: 'redis',
    create: async ({ url, name: prefix }) =>
      new (await import('../../dist/redis.js')).RedisJobStore({ url, prefix, timeout: TIMEOUT }),
    states: [AS_FILLED],
  },
  mongodb: {
    title: 'MongoDB protocol',
    server: 'mongodb',
    create: async ({ url, name: collection }) =>
      new (await import('../../dist/mongodb.js')).MongoJobStore({ url, collection, timeout: TIMEOUT }),
    states: [AS_FILLED],
  },
}

async function onPostgres(url, sql) {
  const pool = await poolTo(url)
  await pool.query(sql)
  await pool.end()
}

async function onMySql(url, sql) {
  const connection = await connectionTo(url)
  await connection.query(sql)
  await connection.end()
}
