/**
 * What each battery of `npm run fleet` is: its stores, its table in docs/promises.md, and when it has failed. A leader is
 * killed where a cluster is put under load.
 */

import { digits } from '../../bench/frame/format.mjs'
import { SERVERS } from '../servers/index.mjs'

/** Most ms that one in a hundred fire times may be late on a store behind a network. */
const AIM_MS = 150
/** Most MB a minute by which the heap may grow. */
const MOST_HEAP_GROWTH = 1

export const CLUSTERS = ['etcd-cluster', 'zookeeper-cluster']
const SINGLE = ['sqlite', ...Object.keys(SERVERS)]

const FATES = ['due', 'once', 'more', 'skipped', 'lost', 'early', 'violations']
const LOAD = ['jobs', 'processes', 's']
const fatesOf = (result) => FATES.map((fate) => String(fate === 'violations' ? result.violations.length : result[fate]))
const TAKEOVER = ['taken over', 'p50 ms', 'p99', 'bound']
const loadOf = ({ jobs, processes, seconds }) => [jobs, processes, seconds]

/** What is wrong with any fleet whose processes nobody killed. */
function broken({ violations, waiting = 0, lost, early, deaths, unhandled }) {
  const wrong = []
  if (violations.length + waiting + lost + early > 0) wrong.push('a promise is broken')
  if (deaths > 0) wrong.push(`${deaths} processes died, ${unhandled} of what nobody had caught`)
  return wrong
}

/** And where the store was there all the time. */
function brokenWithoutOutage(result) {
  return result.more > 0 ? [...broken(result), `${result.more} runs were started more than once`] : broken(result)
}

/**
 * @typedef {object} Battery
 * @property {string} marker - of its table
 * @property {readonly string[]} stores - those it takes when none is named
 * @property {Record<string, string>} defaults - of seconds, jobs, processes and kills
 * @property {boolean} [ownsServer] - whether it needs one that it may kill, or that has a clock of its own
 * @property {Record<string, string>} [changes] - the clock changes that it lives through, one after the other: name -> when
 * @property {readonly string[]} columns - behind store and day, before the load of the machine
 * @property {(result: any, load: any, store: string) => string[]} cells
 * @property {(result: any) => string[]} problems
 */

const LOSS = {
  marker: 'fleet: leader killed',
  columns: [...LOAD, ...FATES, 'election ms', 'recovery ms', 'bound', 'stalls'],
  cells: (result, load) => {
    const { electionMs, recoveryMs, recoveryBoundMs, stalls } = result
    const times = [electionMs, recoveryMs, recoveryBoundMs].map(digits)
    return [...loadOf(load), ...fatesOf(result), ...times, String(stalls)]
  },
  problems: (result) => {
    const { recoveryMs, recoveryBoundMs } = result
    const late = recoveryMs > recoveryBoundMs ? [`recovered after ${digits(recoveryMs)} ms`] : []
    return [...brokenWithoutOutage(result), ...late]
  },
}

/** @type {Record<string, Battery>} */
export const BATTERIES = {
  load: {
    marker: 'fleet: steady load',
    stores: [...SINGLE, ...CLUSTERS],
    defaults: { seconds: '60', jobs: '500', processes: '4' },
    columns: [...LOAD, ...FATES, 'p50 ms', 'p99', 'max', `p99 <= ${AIM_MS}`, 'disk p99', 'stalls'],
    cells: (result, load, store) => {
      const { p50, p99, max } = result.lateness
      const aim = store === 'sqlite' ? '-' : p99 <= AIM_MS ? 'met' : 'MISSED'
      return [
        ...loadOf(load),
        ...fatesOf(result),
        ...[p50, p99, max].map(digits),
        aim,
        digits(result.disk.p99),
        String(result.stalls),
      ]
    },
    problems: brokenWithoutOutage,
  },
  outage: {
    marker: 'fleet: outage',
    stores: SINGLE,
    defaults: { seconds: '30', jobs: '100', processes: '2' },
    ownsServer: true,
    columns: [...LOAD, ...FATES, 'told', 'unhandled', 'catch-up ms', 'bound', 'stalls'],
    cells: (result, load) => {
      const { tellings, unhandled, catchUpMs, catchUpBoundMs, stalls } = result
      const times = [catchUpMs, catchUpBoundMs].map(digits)
      return [...loadOf(load), ...fatesOf(result), tellings.join(' + '), String(unhandled), ...times, String(stalls)]
    },
    problems: (result) => {
      const { tellings, catchUpMs, catchUpBoundMs } = result
      const wrong = broken(result)
      if (tellings.some((count) => count !== 1)) wrong.push(`the outage was told ${tellings.join(' and ')} times`)
      if (catchUpMs > catchUpBoundMs) wrong.push(`caught up after ${digits(catchUpMs)} ms`)
      return wrong
    },
  },
  takeover: {
    marker: 'fleet: takeover',
    stores: SINGLE,
    defaults: { jobs: '40', processes: '4', kills: '4' },
    columns: [
      'runs a kill',
      'processes',
      'kills',
      ...TAKEOVER.map((name) => `${name}, 2 s`),
      ...TAKEOVER.map((name) => `${name}, 15 s`),
      'violations',
    ],
    cells: ({ leases, violations }, { jobs, processes, kills }) => {
      const cellsOf = ({ count, takeover, boundMs }) => [
        String(count),
        ...[takeover.p50, takeover.p99, boundMs].map(digits),
      ]
      return [jobs, processes, kills, ...leases.flatMap(cellsOf), String(violations.length)]
    },
    problems: (result) => {
      const tooLate = result.leases.filter(({ takeover, boundMs }) => takeover.p99 > boundMs)
      const late = tooLate.map(
        ({ takeover, leaseMs }) => `took over after ${digits(takeover.p99)} ms, lease ${leaseMs} ms`,
      )
      const few = result.leases.some(({ count }) => count === 0) ? ['nothing was taken over'] : []
      return [...broken({ ...result, deaths: 0 }), ...late, ...few]
    },
  },
  soak: {
    marker: 'fleet: soak',
    stores: ['memory', ...SINGLE],
    defaults: { seconds: '600', jobs: '50', processes: '1' },
    columns: [
      's',
      'started',
      'completed',
      'failed',
      'heap MB',
      'MB a minute',
      'rss MB',
      'MB a minute ',
      'handles',
      'descriptors',
      'grow',
      'errors',
    ],
    cells: (result, { seconds }) => {
      const { started, completed, failed, handles, descriptors, handlesGrow, errors } = result
      const sizes = [result.heapMb, result.heapSlope, result.rssMb, result.rssSlope].map(digits)
      const counts = [started, completed, failed].map(String)
      const ends = [handles, descriptors, handlesGrow ? 'YES' : 'no', errors.length].map(String)
      return [seconds, ...counts, ...sizes, ...ends]
    },
    problems: ({ heapSlope, handlesGrow, failed, completed }) => {
      const wrong = []
      if (heapSlope >= MOST_HEAP_GROWTH) wrong.push(`the heap grows by ${digits(heapSlope)} MB a minute`)
      if (handlesGrow) wrong.push('more and more handles are open')
      if (failed > 0 || completed === 0) wrong.push(`${completed} runs completed and ${failed} failed`)
      return wrong
    },
  },
  'daylight-saving': {
    marker: 'fleet: daylight saving',
    stores: ['sqlite', 'postgres'],
    defaults: { seconds: '60', jobs: '8', processes: '2' },
    ownsServer: true,
    changes: { spring: '2027-03-28T01:00:00Z', autumn: '2027-10-31T01:00:00Z' },
    columns: ['processes', 'expected', ...FATES, 'wrong', 'stalls'],
    cells: (result, { processes }) => {
      const { expected, wrong, stalls } = result
      return [processes, String(expected), ...fatesOf(result), String(wrong.length), String(stalls)]
    },
    problems: (result) => [...brokenWithoutOutage(result), ...result.wrong],
  },
}

/** The battery of that name on a store. */
export function batteryOn(store, name) {
  return CLUSTERS.includes(store) ? { ...BATTERIES.load, ...LOSS } : BATTERIES[name]
}
