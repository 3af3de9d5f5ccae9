/** Options of a scheduler, of its stores and of its executors that are wrong: no scheduler comes of them. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as cronwright from '../../../src/index.ts'
import { Scheduler } from '../../../src/index.ts'
import { SqliteJobStore } from '../../../src/sqlite.ts'
import { contentsOf, expectToName, type Loose, loose, type Row, refusal, schedulerAtHand } from './support.ts'
import { trap } from './values.ts'

/** Name, field, value, options of the scheduler. */
type OptionRow = readonly [name: string, field: string, value: unknown, options: unknown]

const infinity = Number.POSITIVE_INFINITY

const OPTIONS: readonly OptionRow[] = [
  ['a text', 'options', 'memory:', 'memory:'],
  ['null', 'options', null, null],
  ['a promise', 'options', 'an instance of Promise', Promise.resolve({})],
  ['an unknown option', 'options.jobStore', 'memory:', { jobStore: 'memory:' }],
  ['__proto__ as an own key', 'options.__proto__', { clock: 1 }, JSON.parse('{ "__proto__": { "clock": 1 } }')],
  ['a getter that throws', 'options', 'a value that cannot be read', trap('timezone')],
  ['a time zone that is none', 'options.timezone', 'Atlantis', { timezone: 'Atlantis' }],
  ['an empty time zone', 'options.timezone', '', { timezone: '' }],
  ['no queue', 'options.queues', [], { queues: [] }],
  ['queues as text', 'options.queues', 'default', { queues: 'default' }],
  ['a queue twice', 'options.queues', ['a', 'a'], { queues: ['a', 'a'] }],
  ['a queue with a line break', 'options.queues[1]', 'b\n', { queues: ['a', 'b\n'] }],
  ['a lease below 100 ms', 'options.leaseDuration', 99, { leaseDuration: 99 }],
  ['an endless lease', 'options.leaseDuration', infinity, { leaseDuration: infinity }],
  ['a poll interval of 0', 'options.pollInterval', 0, { pollInterval: 0 }],
  ['a poll interval in words', 'options.pollInterval', 'often', { pollInterval: 'often' }],
  ['half a finished run', 'options.history.keep', 0.5, { history: { keep: 0.5 } }],
  ['a negative age', 'options.history.maxAge', -1, { history: { maxAge: -1 } }],
  ['roles as a list', 'options.roles', ['schedule'], { roles: ['schedule'] }],
  ['null for roles', 'options.roles', null, { roles: null }],
  ['an unknown role', 'options.roles.run', true, { roles: { run: true } }],
  ['a role that is no truth value', 'options.roles.execute', 'no', { roles: { execute: 'no' } }],
  ['an empty worker id', 'options.workerId', '', { workerId: '' }],
  ['a worker id between blanks', 'options.workerId', ' w ', { workerId: ' w ' }],
  ['a logger without methods', 'options.logger.debug', undefined, { logger: {} }],
  ['a logger that is a function', 'options.logger', console.log, { logger: console.log }],
  ['a clock without monotonic()', 'options.clock.monotonic', undefined, { clock: { now: Date.now } }],
  ['the Date class for a clock', 'options.clock', Date, { clock: Date }],
  ['an unknown default', 'options.jobDefaults.misfire', 1, { jobDefaults: { misfire: 1 } }],
  ['a default that only a job can have', 'options.jobDefaults.id', 'x', { jobDefaults: { id: 'x' } }],
  ['a wrong default', 'options.jobDefaults.maxInstances', 0, { jobDefaults: { maxInstances: 0 } }],
  ['a wrong part of a default', 'options.jobDefaults.retry.factor', 0, { jobDefaults: { retry: { factor: 0 } } }],
  ['stores as a list', 'options.jobStores', ['memory:'], { jobStores: ['memory:'] }],
  ['stores as a map', 'options.jobStores', 'an instance of Map', { jobStores: new Map() }],
  ['null for executors', 'options.executors', null, { executors: null }],
]

/** Name, field below `options.jobStores.x`, value, what the store is made of. */
const STORES: readonly OptionRow[] = [
  ['nothing', '', undefined, undefined],
  ['a number', '', 5, 5],
  ['an empty text', '', '', ''],
  ['a URL of an unknown scheme', '', 'oracle://db', 'oracle://db'],
  ['a URL of the scheme constructor', '', 'constructor:', 'constructor:'],
  ['a path without a scheme', '', './jobs.db', './jobs.db'],
  ['an object without a type', '.type', undefined, { path: './jobs.db' }],
  ['an unknown type', '.type', 'sqlite3', { type: 'sqlite3' }],
  ['the type __proto__', '.type', '__proto__', { type: '__proto__' }],
  ['the type toString', '.type', 'toString', { type: 'toString' }],
  ['an option of the memory store', '.size', 5, { type: 'memory', size: 5 }],
  ['a query of the memory store', '.size', 5, 'memory:?size=5'],
  ['no path', '.path', undefined, { type: 'sqlite' }],
  ['an empty path', '.path', '', 'sqlite:'],
  ['a path with NUL', '.path', 'a\0b', { type: 'sqlite', path: 'a\0b' }],
  ['a percent sign in a URL', '.path', 'sqlite:./100%.db', 'sqlite:./100%.db'],
  ['an unknown option', '.pth', './x', { type: 'sqlite', pth: './x' }],
  ['an unknown parameter', '.sync', 'FULL', 'sqlite:./x.db?sync=FULL'],
  ['a wrong parameter', '.busyTimeout', 'soon', 'sqlite:./x.db?busyTimeout=soon'],
  ['a wrong mode', '.synchronous', 'OFF', { type: 'sqlite', path: './x', synchronous: 'OFF' }],
  ['a table name with a quote', '.table', 'a"b', { type: 'sqlite', path: './x', table: 'a"b' }],
  ['a serializer without methods', '.serializer', {}, { type: 'sqlite', path: './x', serializer: {} }],
  ['a class of store', '', SqliteJobStore, SqliteJobStore],
]

const threads = (resourceLimits: object): object => ({ type: 'worker-threads', resourceLimits })

/** Name, field below `options.executors.x`, value, what the executor is made of. */
const EXECUTORS: readonly OptionRow[] = [
  ['nothing', '', undefined, undefined],
  ['a text', '', 'async', 'async'],
  ['an object without a type', '.type', undefined, { maxConcurrency: 5 }],
  ['an unknown type', '.type', 'threads', { type: 'threads' }],
  ['the type constructor', '.type', 'constructor', { type: 'constructor' }],
  ['no room', '.maxConcurrency', 0, { type: 'async', maxConcurrency: 0 }],
  ['endless room', '.maxConcurrency', infinity, { type: 'async', maxConcurrency: infinity }],
  ['an unknown option', '.concurrency', 5, { type: 'async', concurrency: 5 }],
  ['an unknown option of threads', '.workers', 5, { type: 'worker-threads', workers: 5 }],
  ['a stack that ends the process', '.resourceLimits.stackSizeMb', 0.2, threads({ stackSizeMb: 0.2 })],
  ['a heap that ends the process', '.resourceLimits.maxOldGenerationSizeMb', 2, threads({ maxOldGenerationSizeMb: 2 })],
  ['an unknown limit', '.resourceLimits.memory', 64, threads({ memory: 64 })],
  ['an idle time in words', '.idleTimeout', 'short', { type: 'worker-threads', idleTimeout: 'short' }],
]

function refuse(options: unknown): Promise<cronwright.CronwrightError> {
  return refusal(() => Reflect.construct(Scheduler, [options]))
}

describe('options of a scheduler', () => {
  it.each(OPTIONS)('%s is refused, naming %s', async (_name, field, value, options) => {
    expectToName(await refuse(options), field, value)
  })
})

describe('a job store made of', () => {
  it.each(STORES)('%s is refused, naming options.jobStores.x%s', async (_name, field, value, source) => {
    expectToName(await refuse({ jobStores: { x: source } }), `options.jobStores.x${field}`, value)
  })

  it('an object with nine of the ten methods is refused, naming the tenth', async () => {
    const { addJob: _, ...nine } = Object.fromEntries(
      [
        ...'start shutdown lookupJob getDueJobs getNextRunTime getAllJobs addJob updateJob removeJob removeAllJobs'.split(
          ' ',
        ),
      ].map((method) => [method, () => null]),
    )
    const error = await refuse({ jobStores: { x: nine } })
    expect(error.details).toMatchObject({
      field: 'options.jobStores.x',
      rule: expect.stringMatching(/missing: addJob$/),
    })
  })
})

describe('an executor made of', () => {
  it.each(EXECUTORS)('%s is refused, naming options.executors.x%s', async (_name, field, value, source) => {
    expectToName(await refuse({ executors: { x: source } }), `options.executors.x${field}`, value)
  })

  const methods = { start: async () => undefined, execute: () => undefined, shutdown: async () => undefined }

  it.each([[0], [Number.NaN], ['5'], [undefined]])(
    'methods and a maxConcurrency of %s is refused',
    async (maxConcurrency) => {
      const error = await refuse({ executors: { x: { ...methods, maxConcurrency } } })
      expect(error.details['field']).toMatch(/^options\.executors\.x/)
      expect(error.details['rule']).toMatch(/maxConcurrency|whole number/)
    },
  )

  it('execute() alone is refused, with what is missing', async () => {
    const error = await refuse({ executors: { x: { execute: () => undefined } } })
    expect(error.details).toMatchObject({ field: 'options.executors.x', rule: expect.stringContaining('shutdown') })
  })
})

describe('stores and executors of a scheduler that is there', () => {
  let scheduler: Scheduler
  let api: Loose
  beforeAll(async () => {
    scheduler = await schedulerAtHand()
    api = loose(scheduler)
    await scheduler.start()
  })
  afterAll(() => scheduler.shutdown())

  it.each<Row>([
    ['an alias that a store has', 'alias', 'default', (s) => s['addJobStore']?.('default', 'memory:')],
    ['an alias that an executor has', 'alias', 'default', (s) => s['addExecutor']?.('default', { type: 'async' })],
    ['an empty alias', 'alias', '', (s) => s['addJobStore']?.('', 'memory:')],
    ['an alias between blanks', 'alias', ' x', (s) => s['addExecutor']?.(' x', { type: 'async' })],
    ['a store that is none', 'jobStores.x', 'redis', (s) => s['addJobStore']?.('x', 'redis')],
    ['an executor that is none', 'executors.x.type', 'cpu', (s) => s['addExecutor']?.('x', { type: 'cpu' })],
    ['an unknown store', 'store', 'x', (s) => s['removeJobStore']?.('x')],
    ['an unknown executor', 'executor', 'x', (s) => s['removeExecutor']?.('x')],
  ])('%s is refused, naming %s', async (_name, field, value, call) => {
    const before = await contentsOf(scheduler)
    expectToName(await refusal(() => call(api)), field, value)
    expect(await contentsOf(scheduler)).toBe(before)
  })

  it('a store that does not open is not added, so that its alias stays free', async () => {
    const nowhere = 'sqlite:/nowhere/at/all/jobs.db'
    expect((await refusal(() => scheduler.addJobStore('file', nowhere))).code).toBe('STORE_ERROR')
    await scheduler.addJobStore('file', 'memory:')
    await scheduler.removeJobStore('file')
  })

  it('an executor that does not start is not added, so that its alias stays free', async () => {
    const start = async (): Promise<void> => {
      throw new cronwright.MissingDependencyError('nothing', 'this test')
    }
    const broken = { maxConcurrency: 1, start, execute: () => undefined, shutdown: async () => undefined }
    expect((await refusal(() => scheduler.addExecutor('broken', broken))).code).toBe('MISSING_DEPENDENCY')
    await scheduler.addExecutor('broken', { type: 'async' })
    await scheduler.removeExecutor('broken')
  })
})
