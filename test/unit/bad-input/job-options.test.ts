/** Options of jobs and runs that are wrong: refused before anything is written, on a store of each kind. */

import { afterAll, describe, expect, it } from 'vitest'
import { interval, type Scheduler } from '../../../src/index.ts'
import { contentsOf, expectToName, type Loose, loose, type Row, refusal, schedulerAtHand } from './support.ts'
import { trap } from './values.ts'

const MAX = 3_162_240_000_000

/** One option of `addJob`: the option's name, the field that the error gives, the value, and the options. */
type OptionRow = readonly [name: string, field: string, value: unknown, options: unknown]

const OPTIONS: readonly OptionRow[] = [
  ['an unknown option', 'options.timeuot', 5, { timeuot: 5 }],
  ['an option of another library', 'options.misfire_grace_time', 1, { misfire_grace_time: 1 }],
  ['__proto__ as an own key', 'options.__proto__', { id: 'x' }, JSON.parse('{ "__proto__": { "id": "x" } }')],
  ['a text for options', 'options', 'weekday-report', 'weekday-report'],
  ['null for options', 'options', null, null],
  ['a list for options', 'options', [], []],
  ['a promise for options', 'options', 'an instance of Promise', Promise.resolve({ id: 'x' })],
  ['a getter that throws', 'options', 'a value that cannot be read', trap('id')],
  ['an empty id', 'options.id', '', { id: '' }],
  ['an id of 192 characters', 'options.id', 'x'.repeat(192), { id: 'x'.repeat(192) }],
  ['an id that ends with a blank', 'options.id', 'x ', { id: 'x ' }],
  ['an id with a line break', 'options.id', 'a\nb', { id: 'a\nb' }],
  ['an id with half a surrogate pair', 'options.id', '\udc00', { id: '\udc00' }],
  ['a number for an id', 'options.id', 5, { id: 5 }],
  ['an empty name', 'options.name', '', { name: '' }],
  ['a store that is no text', 'options.store', 5, { store: 5 }],
  ['an executor that is no text', 'options.executor', {}, { executor: {} }],
  ['a grace time of 0', 'options.misfireGraceTime', 0, { misfireGraceTime: 0 }],
  ['a grace time in words', 'options.misfireGraceTime', 'long', { misfireGraceTime: 'long' }],
  ['coalesce as text', 'options.coalesce', 'true', { coalesce: 'true' }],
  ['coalesce as a number', 'options.coalesce', 1, { coalesce: 1 }],
  ['maxInstances of 0', 'options.maxInstances', 0, { maxInstances: 0 }],
  ['half an instance', 'options.maxInstances', 0.5, { maxInstances: 0.5 }],
  ['endless instances', 'options.maxInstances', Number.POSITIVE_INFINITY, { maxInstances: Number.POSITIVE_INFINITY }],
  ['maxRuns of 0', 'options.maxRuns', 0, { maxRuns: 0 }],
  ['replaceExisting as text', 'options.replaceExisting', 'yes', { replaceExisting: 'yes' }],
  ['nextRunTime without an offset', 'options.nextRunTime', '2026-01-01T09:00', { nextRunTime: '2026-01-01T09:00' }],
  [
    'nextRunTime on the 30th of February',
    'options.nextRunTime',
    '2026-02-30T09:00:00Z',
    { nextRunTime: '2026-02-30T09:00:00Z' },
  ],
  ['nextRunTime of null', 'options.nextRunTime', null, { nextRunTime: null }],
  [
    'nextRunTime as an invalid date',
    'options.nextRunTime',
    new Date(Number.NaN),
    { nextRunTime: new Date(Number.NaN) },
  ],
  ['paused as a number', 'options.paused', 0, { paused: 0 }],
  ['an empty queue', 'options.queue', '', { queue: '' }],
  ['a queue between blanks', 'options.queue', ' low ', { queue: ' low ' }],
  ['a priority in words', 'options.priority', 'high', { priority: 'high' }],
  ['a priority out of range', 'options.priority', 1_000_001, { priority: 1_000_001 }],
  ['a timeout of 0', 'options.timeout', 0, { timeout: 0 }],
  ['a timeout that is no number', 'options.timeout', Number.NaN, { timeout: Number.NaN }],
  ['a timeout of a thousand years', 'options.timeout', MAX * 10, { timeout: MAX * 10 }],
  ['a timeout with blanks', 'options.timeout', '5 m', { timeout: '5 m' }],
  ['retry as a truth value', 'options.retry', true, { retry: true }],
  ['no attempt at all', 'options.retry.attempts', 0, { retry: 0 }],
  ['an unknown part of retry', 'options.retry.maxAttempts', 3, { retry: { maxAttempts: 3 } }],
  ['a negative delay', 'options.retry.delay', -1, { retry: { delay: -1 } }],
  ['a factor below 1', 'options.retry.factor', 0.5, { retry: { factor: 0.5 } }],
  ['a longest delay in words', 'options.retry.maxDelay', 'forever', { retry: { maxDelay: 'forever' } }],
  ['a jitter above 1', 'options.retry.jitter', 20, { retry: { jitter: 20 } }],
  ['an unknown onCrash', 'options.onCrash', 'fail', { onCrash: 'fail' }],
  ['history as a number', 'options.history', 100, { history: 100 }],
  ['a negative history', 'options.history.keep', -1, { history: { keep: -1 } }],
  ['an age of 0', 'options.history.maxAge', 0, { history: { maxAge: 0 } }],
  ['an unknown part of history', 'options.history.size', 5, { history: { size: 5 } }],
  ['tags as text', 'options.tags', 'a,b', { tags: 'a,b' }],
  ['a tag that is no text', 'options.tags[1]', 5, { tags: ['a', 5] }],
  ['a tag twice', 'options.tags', ['a', 'a'], { tags: ['a', 'a'] }],
  ['tags with a hole', 'options.tags[0]', undefined, { tags: Object.assign([], { length: 1 }) }],
  ['metadata as a list', 'options.metadata', [], { metadata: [] }],
  ['metadata as a map', 'options.metadata', 'an instance of Map', { metadata: new Map() }],
]

const schedulers: Scheduler[] = []
afterAll(async () => {
  for (const scheduler of schedulers) await scheduler.shutdown()
})

describe.each(['memory:', 'sqlite::memory:'])('options of addJob on %s', async (url) => {
  const scheduler = await schedulerAtHand({ jobStores: { default: url } })
  schedulers.push(scheduler)
  const api = loose(scheduler)

  it.each(OPTIONS)('%s is refused, naming %s', async (_name, field, value, options) => {
    const before = await contentsOf(scheduler)
    expectToName(await refusal(() => api['addJob']?.('work', interval('5m'), options)), field, value)
    expect(await contentsOf(scheduler)).toBe(before)
  })

  it.each<Row>([
    ['an unknown store', 'store', 'elsewhere', (s) => s['addJob']?.('work', null, { store: 'elsewhere' })],
    ['an unknown executor', 'executor', 'cpu', (s) => s['addJob']?.('work', null, { executor: 'cpu' })],
    ['an id that is taken', 'id', 'there', (s) => s['addJob']?.('work', null, { id: 'there' })],
    ['an unknown function', 'fn', 'nobody', (s) => s['addJob']?.('nobody')],
    [
      'a function in the input',
      '$.input.callback',
      'function callback',
      (s) => s['addJob']?.('work', null, { input: { callback: () => 1 } }),
    ],
    [
      'an instance of a class in the metadata',
      '$.metadata.pattern',
      'an instance of RegExp',
      (s) => s['addJob']?.('work', null, { metadata: { pattern: /x/ } }),
    ],
  ])('%s is refused, naming %s', async (_name, field, value, call) => {
    const before = await contentsOf(scheduler)
    expectToName(await refusal(() => call(api)), field, value)
    expect(await contentsOf(scheduler)).toBe(before)
  })
})

describe('options of enqueue', async () => {
  const scheduler = await schedulerAtHand()
  const enqueue = (s: Loose, options: unknown): unknown => s['enqueue']?.('work', 1, options)

  it.each<Row>([
    ['an option of jobs only', 'options.maxInstances', 2, (s) => enqueue(s, { maxInstances: 2 })],
    ['an empty id', 'options.id', '', (s) => enqueue(s, { id: '' })],
    ['a delay in words', 'options.delay', 'soon', (s) => enqueue(s, { delay: 'soon' })],
    ['a negative delay', 'options.delay', -1, (s) => enqueue(s, { delay: -1 })],
    [
      'an endless delay',
      'options.delay',
      Number.POSITIVE_INFINITY,
      (s) => enqueue(s, { delay: Number.POSITIVE_INFINITY }),
    ],
    ['a time of day for runAt', 'options.runAt', '09:00', (s) => enqueue(s, { runAt: '09:00' })],
    ['a fraction of a millisecond', 'options.runAt', 1.5, (s) => enqueue(s, { runAt: 1.5 })],
    ['delay beside runAt', 'options.delay', 5, (s) => enqueue(s, { delay: 5, runAt: 0 })],
    ['an unknown queue option', 'options.que', 'low', (s) => enqueue(s, { que: 'low' })],
    ['a priority that is no number', 'options.priority', Number.NaN, (s) => enqueue(s, { priority: Number.NaN })],
    ['an id that is taken', 'id', 'run', (s) => enqueue(s, { id: 'run' })],
    ['one id for two inputs', 'options.id', 'x', (s) => s['enqueueMany']?.('work', [1, 2], { id: 'x' })],
    ['inputs that are no list', 'inputs', { length: 2 }, (s) => s['enqueueMany']?.('work', { length: 2 })],
  ])('%s is refused, naming %s', async (_name, field, value, call) => {
    const before = await contentsOf(scheduler)
    expectToName(await refusal(() => call(loose(scheduler))), field, value)
    expect(await contentsOf(scheduler)).toBe(before)
  })
})
