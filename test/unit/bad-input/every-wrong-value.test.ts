/** Every wrong value in every place: whatever a caller passes, the answer is an error that names the place. */

import { describe, expect, it } from 'vitest'
import { InvalidArgumentError } from '../../../src/errors.ts'
import * as cronwright from '../../../src/index.ts'
import { interval, Scheduler } from '../../../src/index.ts'
import { SqliteJobStore } from '../../../src/sqlite.ts'
import { ManualClock } from '../../../src/testing.ts'
import { contentsOf, loose, refusal, schedulerAtHand } from './support.ts'
import { WRONG } from './values.ts'

/** A place that takes a value, the names of the wrong values that are right there, and the call. */
type Place = readonly [name: string, right: readonly string[], call: (value: unknown) => unknown]

const scheduler = await schedulerAtHand()
const api = loose(scheduler)
const library = loose(cronwright)
const always = interval('5m')
const make = (Class: new (...values: never[]) => unknown, value: unknown): unknown => Reflect.construct(Class, [value])

/** An object of a class may hold options, so one without any passes for no options. */
const OPTIONS = ['an instance of a class']
const EMPTY_LISTS_ASIDE = ['a list of nothing', 'a list with a hole']
const NULL = ['null']

const TRIGGERS: readonly Place[] = [
  ['cron(expression)', [], (value) => library['cron']?.(value)],
  ['cron(_, options)', OPTIONS, (value) => library['cron']?.('@daily', value)],
  ['cron({ hour })', [], (value) => library['cron']?.({ hour: value })],
  ['cron({ year })', [], (value) => library['cron']?.({ year: value })],
  ...['timezone', 'startDate', 'endDate', 'jitter'].map(
    (name): Place => [`cron(_, { ${name} })`, [], (value) => library['cron']?.('@daily', { [name]: value })],
  ),
  ['cron(_, { dst })', OPTIONS, (value) => library['cron']?.('@daily', { dst: value })],
  ['cron(_, { dst: { gap } })', [], (value) => library['cron']?.('@daily', { dst: { gap: value } })],
  ['interval(every)', [], (value) => library['interval']?.(value)],
  ['interval({ minutes })', [], (value) => library['interval']?.({ minutes: value })],
  ['interval(_, options)', OPTIONS, (value) => library['interval']?.('5m', value)],
  ['calendarInterval(step)', [], (value) => library['calendarInterval']?.(value)],
  ['calendarInterval({ days })', [], (value) => library['calendarInterval']?.({ days: value })],
  ['date(at)', [], (value) => library['date']?.(value)],
  ['and(trigger)', [], (value) => library['and']?.(value)],
  ['or(trigger)', [], (value) => library['or']?.(always, value)],
  ['triggerFromJSON(json)', [], (value) => library['triggerFromJSON']?.(value)],
  ['trigger.next(after)', [], (value) => loose(always)['next']?.(value)],
  ['fireTimes(trigger)', [], (value) => library['fireTimes']?.(value, { after: 0, count: 1 })],
  ['fireTimes(_, options)', [], (value) => library['fireTimes']?.(always, value)],
  ['fireTimes(_, { count })', [], (value) => library['fireTimes']?.(always, { after: 0, count: value })],
  ['fireTimes(_, { after })', [], (value) => library['fireTimes']?.(always, { after: value, count: 1 })],
  ...['hourly', 'daily', 'weekly', 'monthly', 'yearly'].map(
    (name): Place => [`Cron.${name}(value)`, [], (value) => loose(cronwright.Cron)[name]?.(value)],
  ),
]

const TAKES_NULL = ['misfireGraceTime', 'maxRuns', 'timeout']
const TAKES_ANY_OBJECT = ['retry', 'history']
const right = (name: string): readonly string[] =>
  TAKES_NULL.includes(name) ? NULL : TAKES_ANY_OBJECT.includes(name) ? OPTIONS : []

const JOB_OPTIONS = [
  ...['id', 'name', 'executor', 'store', 'misfireGraceTime', 'coalesce', 'maxInstances', 'maxRuns', 'replaceExisting'],
  ...['nextRunTime', 'paused', 'queue', 'priority', 'timeout', 'retry', 'onCrash', 'history', 'tags'],
]

const JOBS: readonly Place[] = [
  ['register(name)', [], (value) => api['register']?.(value, () => 1)],
  ['register(_, code)', [], (value) => api['register']?.('other', value)],
  ['register(_, { module })', [], (value) => api['register']?.('other', { module: value })],
  ['register(_, _, defaults)', OPTIONS, (value) => api['register']?.('with-defaults', () => 1, value)],
  ['addJob(fn)', [], (value) => api['addJob']?.(value, always)],
  ['addJob(_, trigger)', NULL, (value) => api['addJob']?.('work', value)],
  ['addJob(_, _, options)', OPTIONS, (value) => api['addJob']?.('work', always, value)],
  ...JOB_OPTIONS.map((name): Place => [`addJob(_, _, { ${name} })`, right(name), (value) => add({ [name]: value })]),
  ['addJob(_, _, { tags: [tag] })', [], (value) => add({ tags: [value] })],
  ...['attempts', 'delay', 'factor', 'maxDelay', 'jitter'].map(
    (name): Place => [`addJob(_, _, { retry: { ${name} } })`, [], (value) => add({ retry: { [name]: value } })],
  ),
  ...['keep', 'maxAge'].map(
    (name): Place => [`addJob(_, _, { history: { ${name} } })`, [], (value) => add({ history: { [name]: value } })],
  ),
  ['addJobs(jobs)', [], (value) => api['addJobs']?.(value)],
  ['addJobs([job])', [], (value) => api['addJobs']?.([{ fn: 'work', trigger: always }, value])],
  ['modifyJob(_, changes)', OPTIONS, (value) => api['modifyJob']?.('there', value)],
  ['rescheduleJob(_, trigger)', [], (value) => api['rescheduleJob']?.('there', value)],
  ['serializeJob(job)', [], (value) => library['serializeJob']?.(value)],
  ['deserializeJob(text)', [], (value) => library['deserializeJob']?.(value)],
  ['importJobs(text)', [], (value) => api['importJobs']?.(value)],
  ['importJobs(_, options)', OPTIONS, (value) => api['importJobs']?.('{}', value)],
]

const ENQUEUE_OPTIONS = [
  'id',
  'delay',
  'runAt',
  'queue',
  'priority',
  'executor',
  'store',
  'timeout',
  'retry',
  'onCrash',
]

const CALLS: readonly Place[] = [
  ['enqueue(fn)', [], (value) => api['enqueue']?.(value, 1)],
  ['enqueue(_, _, options)', OPTIONS, (value) => api['enqueue']?.('work', 1, value)],
  ...ENQUEUE_OPTIONS.map(
    (name): Place => [
      `enqueue(_, _, { ${name} })`,
      right(name),
      (value) => api['enqueue']?.('work', 1, { [name]: value }),
    ],
  ),
  ['enqueueMany(_, inputs)', EMPTY_LISTS_ASIDE, (value) => api['enqueueMany']?.('work', value)],
  ...['getJob', 'pauseJob', 'resumeJob', 'removeJob', 'runJob'].flatMap((method): Place[] => [
    [`${method}(id)`, [], (value) => api[method]?.(value)],
    [`${method}(_, choice)`, OPTIONS, (value) => api[method]?.('there', value)],
  ]),
  ...['getRun', 'cancelRun', 'retryRun', 'waitForRun'].flatMap((method): Place[] => [
    [`${method}(id)`, [], (value) => api[method]?.(value)],
    [`${method}(_, choice)`, OPTIONS, (value) => api[method]?.('run', value)],
  ]),
  ['waitForRun(_, { signal })', [], (value) => api['waitForRun']?.('run', { signal: value })],
  ['removeAllJobs(choice)', OPTIONS, (value) => api['removeAllJobs']?.(value)],
  ['getJobs(filter)', OPTIONS, (value) => api['getJobs']?.(value)],
  ['getJobs({ tag })', [], (value) => api['getJobs']?.({ tag: value })],
  ['getRuns(filter)', OPTIONS, (value) => api['getRuns']?.(value)],
  ...['store', 'jobId', 'state', 'queue', 'limit', 'before'].map(
    (name): Place => [`getRuns({ ${name} })`, [], (value) => api['getRuns']?.({ [name]: value })],
  ),
  ['exportJobs(filter)', OPTIONS, (value) => api['exportJobs']?.(value)],
  ['addJobStore(alias)', [], (value) => api['addJobStore']?.(value, 'memory:')],
  ['addJobStore(_, source)', [], (value) => api['addJobStore']?.('other', value)],
  ['removeJobStore(alias)', [], (value) => api['removeJobStore']?.(value)],
  ['addExecutor(alias)', [], (value) => api['addExecutor']?.(value, { type: 'async' })],
  ['addExecutor(_, source)', [], (value) => api['addExecutor']?.('other', value)],
  ['removeExecutor(alias)', [], (value) => api['removeExecutor']?.(value)],
  ['start(options)', OPTIONS, (value) => api['start']?.(value)],
  ['start({ paused })', [], (value) => api['start']?.({ paused: value })],
  ['shutdown(options)', OPTIONS, (value) => api['shutdown']?.(value)],
  ['shutdown({ wait })', [], (value) => api['shutdown']?.({ wait: value })],
  ['shutdown({ timeout })', [], (value) => api['shutdown']?.({ timeout: value })],
  ...['on', 'once', 'off'].flatMap((method): Place[] => [
    [`${method}(event)`, [], (value) => api[method]?.(value, () => 1)],
    [`${method}(_, listener)`, [], (value) => api[method]?.('job:added', value)],
  ]),
]

const SCHEDULER_OPTIONS = ['timezone', 'queues', 'leaseDuration', 'pollInterval', 'workerId', 'logger', 'clock']
const SCHEDULER_GROUPS = ['jobStores', 'executors', 'jobDefaults', 'history', 'roles']

const MAKING: readonly Place[] = [
  ['new Scheduler(options)', OPTIONS, (value) => make(Scheduler, value)],
  ...SCHEDULER_OPTIONS.map(
    (name): Place => [`new Scheduler({ ${name} })`, [], (value) => make(Scheduler, { [name]: value })],
  ),
  ...SCHEDULER_GROUPS.map(
    (name): Place => [`new Scheduler({ ${name} })`, OPTIONS, (value) => make(Scheduler, { [name]: value })],
  ),
  ['a job store', [], (value) => make(Scheduler, { jobStores: { other: value } })],
  ['a type of job store', [], (value) => make(Scheduler, { jobStores: { other: { type: value } } })],
  ['an executor', [], (value) => make(Scheduler, { executors: { other: value } })],
  ['a type of executor', [], (value) => make(Scheduler, { executors: { other: { type: value } } })],
  ['Scheduler.fromConfig(source)', OPTIONS, (value) => loose(Scheduler)['fromConfig']?.(value)],
  ['Scheduler.fromConfig({ timezone })', [], (value) => loose(Scheduler)['fromConfig']?.({ timezone: value })],
  ['Scheduler.fromConfig({ jobStores })', OPTIONS, (value) => loose(Scheduler)['fromConfig']?.({ jobStores: value })],
  ['new MemoryJobStore(options)', OPTIONS, (value) => make(cronwright.MemoryJobStore, value)],
  ['new SqliteJobStore(options)', [], (value) => make(SqliteJobStore, value)],
  ...['path', 'database', 'table', 'busyTimeout', 'synchronous', 'autoMigrate', 'serializer'].map(
    (name): Place => [
      `new SqliteJobStore({ ${name} })`,
      [],
      (value) => make(SqliteJobStore, { path: ':memory:', [name]: value }),
    ],
  ),
  ['new AsyncExecutor(options)', OPTIONS, (value) => make(cronwright.AsyncExecutor, value)],
  ['new AsyncExecutor({ maxConcurrency })', [], (value) => make(cronwright.AsyncExecutor, { maxConcurrency: value })],
  ['new WorkerThreadsExecutor(options)', OPTIONS, (value) => make(cronwright.WorkerThreadsExecutor, value)],
  [
    'new WorkerThreadsExecutor({ idleTimeout })',
    [],
    (value) => make(cronwright.WorkerThreadsExecutor, { idleTimeout: value }),
  ],
  ['new ManualClock(start)', [], (value) => make(ManualClock, value)],
]

function add(options: object): unknown {
  return api['addJob']?.('work', always, options)
}

/** What is wrong with how a value was refused, if anything. */
async function flawOf(call: () => unknown, before: string): Promise<string | undefined> {
  try {
    const error = await refusal(call)
    const { field, rule } = error.details
    if (typeof field !== 'string' || field === '') return `names no field: ${error.message}`
    if (typeof rule !== 'string' || !('value' in error.details)) return `names no rule or value: ${error.message}`
    if (error instanceof InvalidArgumentError && !error.message.startsWith(`${field}: `)) return error.message
    if (error.message.length > 1_500) return `is told in ${error.message.length} characters`
  } catch (error) {
    return `ended with ${String(error)}`
  }
  return (await contentsOf(scheduler)) === before ? undefined : 'was refused after something was written'
}

describe.each([
  ['triggers', TRIGGERS],
  ['jobs', JOBS],
  ['calls', CALLS],
  ['schedulers, stores and executors', MAKING],
] as const)('%s', (_title, places) => {
  it.each(places)('%s refuses every wrong value, and names itself', async (_place, allowed, call) => {
    const before = await contentsOf(scheduler)
    const flaws: string[] = []
    for (const [kind, value] of Object.entries(WRONG)) {
      if (allowed.includes(kind)) continue
      const flaw = await flawOf(() => call(value), before)
      if (flaw !== undefined) flaws.push(`${kind}: ${flaw}`)
    }
    expect(flaws).toEqual([])
    expect(scheduler.state).toBe('stopped')
  })
})

it('pollutes no prototype on the way', () => {
  expect(Reflect.get({}, 'polluted')).toBeUndefined()
})
