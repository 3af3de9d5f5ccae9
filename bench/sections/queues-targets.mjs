/** What the section on queues has to show. */

import { FLOOR, FLOORS } from '../engines/index.mjs'
import { rate, times } from '../frame/format.mjs'
import { NEWER } from '../frame/nodes.mjs'
import { quotient } from '../frame/statistics.mjs'
import { atLeast } from '../frame/target.mjs'
import { OURS } from '../libraries/index.mjs'
import { STORES } from '../stores/index.mjs'
import { ANALYZED, DEFAULTS, LOCAL_QUEUE, NO_HISTORY, nameOf, STALE, SUBJECTS, TUNING } from './queues-subjects.mjs'

export function targets(find) {
  const value = (store, engine, variant, key, node) =>
    find(STORES[store].title, nameOf({ store, engine, variant, node }), key)
  const ours = (store, key, { variant = TUNING, node } = {}) => value(store, OURS, variant, key, node)
  /** The best of a peer's rows on a store. */
  const best = (store, engine, key) =>
    highest(
      SUBJECTS.filter((row) => row.store === store && row.engine === engine).map((row) =>
        value(store, engine, row.variant, key, row.node),
      ),
    )
  const beside = (what, mine, theirs, factor) => atLeast(what, quotient(mine, theirs), factor, times)

  const newer = { node: NEWER }
  const withoutHistory = ours('postgres', 'processed', { variant: NO_HISTORY, ...newer })
  const theirs = (engine, variant, key) => value('postgres', engine, variant, key, NEWER)
  return [
    atLeast('PostgreSQL: processed a second, records kept', ours('postgres', 'processed', newer), 35_000, rate),
    beside(
      'PostgreSQL: processed, no history, beside graphile-worker with local queue',
      withoutHistory,
      theirs('graphile-worker', LOCAL_QUEUE, 'processed'),
      1,
    ),
    beside(
      'PostgreSQL: processed, no history, beside pg-boss with fresh statistics',
      withoutHistory,
      theirs('pg-boss', ANALYZED, 'processed'),
      1,
    ),
    beside(
      'PostgreSQL: processed beside pg-boss with stale statistics',
      ours('postgres', 'processed', newer),
      theirs('pg-boss', STALE, 'processed'),
      1,
    ),
    beside(
      'PostgreSQL: processed beside graphile-worker, defaults',
      ours('postgres', 'processed', newer),
      theirs('graphile-worker', DEFAULTS, 'processed'),
      7,
    ),
    beside(
      'PostgreSQL: processed beside Agenda',
      ours('postgres', 'processed'),
      best('postgres', 'agenda', 'processed'),
      30,
    ),
    beside(
      'PostgreSQL: bulk beside graphile-worker',
      ours('postgres', 'bulk', newer),
      best('postgres', 'graphile-worker', 'bulk'),
      1.5,
    ),
    beside(
      'Redis: processed beside bee-queue',
      ours('redis', 'processed'),
      best('redis', 'bee-queue', 'processed'),
      1.3,
    ),
    beside('Redis: processed beside BullMQ', ours('redis', 'processed'), best('redis', 'bullmq', 'processed'), 2),
    beside('Redis: bulk beside bee-queue', ours('redis', 'bulk'), best('redis', 'bee-queue', 'bulk'), 1),
    beside('Redis: bulk beside BullMQ', ours('redis', 'bulk'), best('redis', 'bullmq', 'bulk'), 3),
    ...['sqlite-normal', 'sqlite-full'].map((store) =>
      beside(
        `${STORES[store].title}: processed beside plainjob`,
        ours(store, 'processed'),
        best(store, 'plainjob', 'processed'),
        3,
      ),
    ),
    beside(
      'MongoDB: processed beside Agenda',
      ours('mongodb', 'processed'),
      best('mongodb', 'agenda', 'processed'),
      10,
    ),
    atLeast('memory: from bulk to completion, a second', ours('memory', 'through'), 500_000, rate),
    ...Object.keys(FLOORS).map((store) =>
      beside(
        `${STORES[store].title}: processed beside the plain driver`,
        ours(store, 'processed'),
        value(store, FLOOR, '', 'processed'),
        0.5,
      ),
    ),
  ]
}

function highest(values) {
  const known = values.filter((value) => value !== undefined)
  return known.length === 0 ? undefined : Math.max(...known)
}
