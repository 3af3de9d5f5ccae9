/**
 * What runs queued work: Cronwright, its peers, and, below floors/, the plain drivers. Each opens a queue in a place of
 * its own and says itself when a run is over, that is when the store has it so.
 *
 * @typedef {object} Work
 * @property {Promise<number>} done - performance.now() when the awaited number of runs was stored as completed
 * @property {() => Promise<void>} stop - takes no more runs; enqueuing still works
 *
 * @typedef {object} Engine
 * @property {(input: object) => Promise<unknown>} [enqueue]
 * @property {(inputs: object[]) => Promise<unknown>} [enqueueMany]
 * @property {(handler: (input: object) => void, count: number) => Promise<Work>} work - starts to process; `count` runs are awaited
 * @property {() => Promise<void>} close
 */

import { OURS } from '../libraries/index.mjs'

/** The plain driver of a store, in the tables. */
export const FLOOR = 'plain driver'

/** Names in the tables -> module and package; the floor's module is that of its store. */
export const ENGINES = {
  [OURS]: { module: './cronwright.mjs' },
  bullmq: { module: './bullmq.mjs', package: 'bullmq' },
  'bee-queue': { module: './bee-queue.mjs', package: 'bee-queue' },
  'graphile-worker': { module: './graphile-worker.mjs', package: 'graphile-worker' },
  'pg-boss': { module: './pg-boss.mjs', package: 'pg-boss' },
  agenda: { module: './agenda.mjs', package: 'agenda' },
  plainjob: { module: './plainjob.mjs', package: 'plainjob' },
}

/** The driver below each store, for which there is a floor. */
export const FLOORS = {
  'sqlite-normal': { module: '../floors/sqlite.mjs', package: 'better-sqlite3' },
  'sqlite-full': { module: '../floors/sqlite.mjs', package: 'better-sqlite3' },
  redis: { module: '../floors/redis.mjs', package: 'ioredis' },
  postgres: { module: '../floors/postgres.mjs', package: 'pg' },
  mysql: { module: '../floors/mysql.mjs', package: 'mysql2' },
  mongodb: { module: '../floors/mongodb.mjs', package: 'mongodb' },
  etcd: { module: '../floors/etcd.mjs', package: 'etcd3' },
  zookeeper: { module: '../floors/zookeeper.mjs', package: 'node-zookeeper-client' },
}

/**
 * @param {string} name - of {@link ENGINES}, or {@link FLOOR}
 * @param {import('../stores/index.mjs').Place} place
 * @param {object} settings - for the engine's `open`
 * @returns {Promise<Engine>}
 */
export async function openEngine(name, storeName, place, settings) {
  const { module } = name === FLOOR ? FLOORS[storeName] : ENGINES[name]
  const { open } = await import(module)
  return open(place, settings)
}
