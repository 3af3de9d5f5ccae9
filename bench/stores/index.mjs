/**
 * Where runs are kept. Each measurement gets a place of its own there (a database, a prefix, a path, a file), so that
 * none finds what another left behind.
 *
 * @typedef {object} Place
 * @property {string} url - of the place, as the store of Cronwright and the drivers take it
 * @property {string} [prefix] - what the names of all keys begin with, where several places share one database
 * @property {string} [synchronous] - of SQLite
 * @property {() => Promise<void>} drop - removes everything that was stored there
 *
 * @typedef {object} Store
 * @property {string} title - in the tables
 * @property {string} [server] - of scripts/servers; its URL is in the environment
 * @property {string} module
 * @property {object} [settings] - for the module's `open`
 */

import { SERVERS } from '../../scripts/servers/index.mjs'

/** @type {Record<string, Store>} */
export const STORES = {
  memory: { title: 'memory', module: './memory.mjs' },
  'sqlite-normal': { title: 'SQLite NORMAL', module: './sqlite.mjs', settings: { synchronous: 'NORMAL' } },
  'sqlite-full': { title: 'SQLite FULL', module: './sqlite.mjs', settings: { synchronous: 'FULL' } },
  redis: { title: 'Redis', server: 'redis', module: './redis.mjs' },
  postgres: { title: 'PostgreSQL', server: 'postgres', module: './postgres.mjs' },
  mysql: { title: 'MySQL', server: 'mysql', module: './mysql.mjs' },
  mongodb: { title: 'MongoDB', server: 'mongodb', module: './mongodb.mjs' },
  etcd: { title: 'etcd', server: 'etcd', module: './etcd.mjs' },
  zookeeper: { title: 'ZooKeeper', server: 'zookeeper', module: './zookeeper.mjs' },
}

/** Stores on which every step waits for a quorum's log: they get fewer runs. */
export const COORDINATORS = ['etcd', 'zookeeper']

/** Stores that take some thousands of runs a second, here. */
export const SLOWER_STORES = ['mongodb', ...COORDINATORS]

/** A name that no other place has. */
export const uniqueName = () => `bench_${process.pid}_${Date.now().toString(36)}`

/**
 * Measures in a place of its own, which is removed afterwards.
 *
 * @template T
 * @param {string} storeName - of {@link STORES}
 * @param {(place: Place) => Promise<T>} measure
 * @returns {Promise<T>}
 */
export async function inPlace(storeName, measure) {
  const { server, module, settings } = STORES[storeName]
  const { open } = await import(module)
  const place = await open(server === undefined ? undefined : urlOfServer(server), settings)
  try {
    return await measure(place)
  } finally {
    // Some peers are still connected after their end, as is what failed, and complain that the database goes.
    process.on('uncaughtException', () => undefined)
    await place.drop()
  }
}

/** Version and durability of a server in words, for the page. */
export async function describeServer(server) {
  const { module } = Object.values(STORES).find((store) => store.server === server)
  const { describe } = await import(module)
  return describe(urlOfServer(server))
}

export function urlOfServer(server) {
  const url = process.env[SERVERS[server]?.variable]
  if (!url) throw new Error(`there is no server for ${server}`)
  return url
}
