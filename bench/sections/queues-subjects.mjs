/** What is measured in the section on queues: rows of its table, each with its settings. */

import { ENGINES, FLOOR, FLOORS } from '../engines/index.mjs'
import { NEWER } from '../frame/nodes.mjs'
import { OURS } from '../libraries/index.mjs'
import { SLOWER_STORES, STORES } from '../stores/index.mjs'

/** So many that what a process does in its first second, before its code is compiled, counts for little. */
const RUNS = 50_000
const RUNS_IN_MEMORY = 400_000
/** Of what does some thousands a second. */
const RUNS_OF_SLOWER = 10_000
/** Agenda does some hundreds a second. */
const RUNS_OF_AGENDA = 1_000

/** What our documentation recommends for queues of short runs; every run record is kept. */
const TUNED = { maxConcurrency: 500, keep: 1_000_000 }

/**
 * @typedef {object} Subject
 * @property {string} store - of {@link STORES}
 * @property {string} engine - of {@link ENGINES}, or {@link FLOOR}
 * @property {string} variant - its settings in words; the names of rows are made of it
 * @property {object} [settings] - for the engine's `open`
 * @property {number} [node]
 * @property {number} runs
 */

const runsOn = (store) => {
  if (store === 'memory') return RUNS_IN_MEMORY
  return SLOWER_STORES.includes(store) ? RUNS_OF_SLOWER : RUNS
}

const subject = (store, engine, variant, settings, more) => ({
  store,
  engine,
  variant,
  settings,
  runs: runsOn(store),
  ...more,
})

const onNewer = { node: NEWER }
const ours = (store, more) => [subject(store, OURS, DEFAULTS, {}, more), subject(store, OURS, TUNING, TUNED, more)]

export const DEFAULTS = 'defaults'
export const TUNING = '500 at once'
export const NO_HISTORY = '500 at once, no history'
export const ANALYZED = 'fresh statistics'
export const STALE = 'stale statistics'
export const LOCAL_QUEUE = 'local queue of 500'
const AGENDA = { runs: RUNS_OF_AGENDA }
const SLOWER = { runs: RUNS_OF_SLOWER }

const PEERS = {
  'sqlite-normal': [subject('sqlite-normal', 'plainjob', DEFAULTS, {})],
  'sqlite-full': [subject('sqlite-full', 'plainjob', DEFAULTS, {}, SLOWER)],
  redis: [
    subject('redis', 'bee-queue', '100 at once', { concurrency: 100 }),
    subject('redis', 'bee-queue', '100 at once, no events', { concurrency: 100, isLean: true }),
    subject('redis', 'bullmq', '50 at once', { concurrency: 50 }),
    subject('redis', 'bullmq', '100 at once', { concurrency: 100 }),
  ],
  postgres: [
    subject('postgres', OURS, NO_HISTORY, { ...TUNED, keep: 0 }),
    subject('postgres', 'bullmq', '100 at once', { concurrency: 100 }, SLOWER),
    subject('postgres', 'agenda', DEFAULTS, {}, AGENDA),
    subject('postgres', 'agenda', '100 at once', { concurrency: 100 }, AGENDA),
    ...ours('postgres', onNewer),
    subject('postgres', OURS, NO_HISTORY, { ...TUNED, keep: 0 }, onNewer),
    subject('postgres', 'graphile-worker', DEFAULTS, {}, { ...onNewer, ...SLOWER }),
    subject('postgres', 'graphile-worker', LOCAL_QUEUE, { localQueue: 500 }, onNewer),
    subject('postgres', 'pg-boss', ANALYZED, { isAnalyzed: true }, onNewer),
    subject('postgres', 'pg-boss', STALE, { isAnalyzed: false }, onNewer),
    subject('postgres', FLOOR, '', {}, onNewer),
  ],
  mongodb: [
    subject('mongodb', 'agenda', DEFAULTS, {}, AGENDA),
    subject('mongodb', 'agenda', '100 at once', { concurrency: 100 }, AGENDA),
  ],
}

/** @type {Subject[]} */
export const SUBJECTS = Object.keys(STORES).flatMap((store) => [
  ...ours(store),
  ...(PEERS[store] ?? []),
  ...(store in FLOORS ? [subject(store, FLOOR, '', {})] : []),
])

/** Name of a row. */
export function nameOf({ engine, variant, node, store }) {
  const name = engine === FLOOR ? `${FLOORS[store]?.package}, plain` : engine
  return [name, variant, node === undefined ? '' : `Node ${node}`].filter((part) => part !== '').join(', ')
}

/** Packages whose versions the page tells. */
export const PACKAGES = [
  ...Object.values(ENGINES).map((engine) => engine.package ?? null),
  ...new Set(Object.values(FLOORS).map((floor) => floor.package)),
]
