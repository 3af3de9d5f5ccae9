/** Calls that are wrong: each is refused with the name of what is wrong, and leaves everything as it was. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { interval, type Scheduler, serializeJob } from '../../../src/index.ts'
import { contentsOf, expectToName, type Loose, loose, type Row, refusal, schedulerAtHand } from './support.ts'
import { trap } from './values.ts'

const always = interval('5m')
const work = (): void => undefined

class Handler {
  run(): void {}
}

const cyclic: Record<string, unknown> = {}
cyclic['self'] = cyclic

let scheduler: Scheduler
let api: Loose
beforeAll(async () => {
  scheduler = await schedulerAtHand({ jobStores: { default: 'memory:', file: 'sqlite::memory:' } })
  api = loose(scheduler)
})
afterAll(() => scheduler.shutdown())

const FUNCTIONS: readonly Row[] = [
  ['an empty name', 'name', '', (s) => s['register']?.('', work)],
  ['a name with a line break', 'name', 'a\nb', (s) => s['register']?.('a\nb', work)],
  ['a name that begins with a blank', 'name', ' a', (s) => s['register']?.(' a', work)],
  ['a name of 192 characters', 'name', 'x'.repeat(192), (s) => s['register']?.('x'.repeat(192), work)],
  ['the name of another function', 'name', 'work', (s) => s['register']?.('work', () => 2)],
  ['no code', 'fn', undefined, (s) => s['register']?.('new')],
  ['text for code', 'fn', './work.js', (s) => s['register']?.('new', './work.js')],
  ['an object without run()', 'fn', { execute: 1 }, (s) => s['register']?.('new', { execute: 1 })],
  ['a class instead of an instance', 'fn', Handler, (s) => s['register']?.('new', Handler)],
  ['a class for a job', 'fn', Handler, (s) => s['addJob']?.(Handler, always)],
  ['a module without a path', 'fn.module', '', (s) => s['register']?.('new', { module: '' })],
  ['an export that is no text', 'fn.name', 5, (s) => s['register']?.('new', { module: './work.js', name: 5 })],
  [
    'an unknown part of a module',
    'fn.export',
    'work',
    (s) => s['register']?.('new', { module: './work.js', export: 'work' }),
  ],
  ['a getter that throws', 'fn', 'a value that cannot be read', (s) => s['addJob']?.(trap('functionRef'))],
  ['an unknown default', 'defaults.cron', '@daily', (s) => s['register']?.('new', work, { cron: '@daily' })],
  ['a wrong default', 'defaults.timeout', 0, (s) => s['register']?.('new', work, { timeout: 0 })],
  ['an unknown function', 'fn', 'nobody', (s) => s['enqueue']?.('nobody', 1)],
  ['an unknown registration', 'fn', 'nobody', (s) => s['addJob']?.({ functionRef: 'nobody' }, always)],
  ['a function without a name for a store that lasts', 'fn', 'work', (s) => persistent(s, work)],
]

const JOBS: readonly Row[] = [
  ['crontab text for a trigger', 'trigger', '@daily', (s) => s['addJob']?.('work', '@daily')],
  ['a JSON trigger', 'trigger', { type: 'cron' }, (s) => s['addJob']?.('work', { type: 'cron' })],
  ['options in the place of the trigger', 'trigger', { id: 'x' }, (s) => s['addJob']?.('work', { id: 'x' })],
  ['one job for many', 'jobs', { fn: 'work' }, (s) => s['addJobs']?.({ fn: 'work' })],
  ['a hole in the list', 'jobs[0]', undefined, (s) => s['addJobs']?.(Object.assign([], { length: 1 }))],
  [
    'an unknown part of a job',
    'jobs[1].cron',
    '@daily',
    (s) => s['addJobs']?.([{ fn: 'work' }, { fn: 'work', cron: '@daily' }]),
  ],
  [
    'a wrong option of the second',
    'jobs[1].options.id',
    '',
    (s) => s['addJobs']?.([{ fn: 'work' }, { fn: 'work', options: { id: '' } }]),
  ],
  [
    'a wrong trigger of the second',
    'jobs[1].trigger',
    5,
    (s) => s['addJobs']?.([{ fn: 'work' }, { fn: 'work', trigger: 5 }]),
  ],
  [
    'an id that is taken, second',
    'id',
    'there',
    (s) => s['addJobs']?.([{ fn: 'work' }, { fn: 'work', options: { id: 'there' } }]),
  ],
  [
    'one id for two jobs',
    'id',
    'twin',
    (s) =>
      s['addJobs']?.([
        { fn: 'work', options: { id: 'twin' } },
        { fn: 'work', options: { id: 'twin' } },
      ]),
  ],
  [
    'an input that the second store cannot keep',
    '$.input',
    'function work',
    (s) => s['addJobs']?.([{ fn: 'work' }, { fn: 'work', options: { store: 'file', input: work } }]),
  ],
  ['a job that is not there', 'id', 'gone', (s) => s['modifyJob']?.('gone', {})],
  ['no changes', 'changes', undefined, (s) => s['modifyJob']?.('there')],
  ['a change of the id', 'changes.id', 'x', (s) => s['modifyJob']?.('there', { id: 'x' })],
  ['a change of the trigger', 'changes.trigger', '@daily', (s) => s['modifyJob']?.('there', { trigger: '@daily' })],
  ['a wrong change', 'changes.priority', 'high', (s) => s['modifyJob']?.('there', { priority: 'high' })],
  ['a change to an unknown executor', 'executor', 'cpu', (s) => s['modifyJob']?.('there', { executor: 'cpu' })],
  ['a function as new input', '$.input', 'function work', (s) => s['modifyJob']?.('there', { input: work })],
  ['no trigger', 'trigger', undefined, (s) => s['rescheduleJob']?.('there')],
  [
    'a trigger that is over',
    'trigger',
    'every 5m from 2020-01-01T00:00:00.000Z',
    (s) =>
      s['rescheduleJob']?.(
        'there',
        interval('5m', { startDate: '2020-01-01T00:00:00Z', endDate: '2021-01-01T00:00:00Z' }),
      ),
  ],
  ['a job of another store', 'id', 'there', (s) => s['removeJob']?.('there', { store: 'file' })],
  ['a job in no store', 'store', 'nowhere', (s) => s['pauseJob']?.('there', { store: 'nowhere' })],
  ['an unknown choice', 'options.alias', 'file', (s) => s['resumeJob']?.('there', { alias: 'file' })],
  ['an id of many characters', 'id', 'x'.repeat(192), (s) => s['getJob']?.('x'.repeat(192))],
  ['a job for an id', 'id', { id: 'there' }, (s) => s['runJob']?.({ id: 'there' })],
  ['an unknown filter', 'options.jobId', 'x', (s) => s['getJobs']?.({ jobId: 'x' })],
  ['an empty tag', 'options.tag', '', (s) => s['getJobs']?.({ tag: '' })],
]

const RUNS: readonly Row[] = [
  ['a symbol in the input', '$.input.tags[0]', 'Symbol(x)', (s) => s['enqueue']?.('work', { tags: [Symbol('x')] })],
  ['an input with a getter that throws', '$.input', 'an object with x', (s) => s['enqueue']?.('work', trap('x'))],
  ['a wrong input among many', '$.input', 'function work', (s) => s['enqueueMany']?.('work', [1, 2, work])],
  ['an unknown filter', 'options.status', 'failed', (s) => s['getRuns']?.({ status: 'failed' })],
  ['an unknown state', 'options.state', 'done', (s) => s['getRuns']?.({ state: 'done' })],
  ['an unknown state among others', 'options.state', 'done', (s) => s['getRuns']?.({ state: ['failed', 'done'] })],
  ['a limit of 0', 'options.limit', 0, (s) => s['getRuns']?.({ limit: 0 })],
  ['a limit above 10,000', 'options.limit', 10_001, (s) => s['getRuns']?.({ limit: 10_001 })],
  ['a day for before', 'options.before', '2026-01-01', (s) => s['getRuns']?.({ before: '2026-01-01' })],
  ['a run that is not there', 'id', 'gone', (s) => s['cancelRun']?.('gone')],
  ['a run that is not over', 'state', 'pending', (s) => s['retryRun']?.('run')],
  ['to wait for a run that is not there', 'id', 'gone', (s) => s['waitForRun']?.('gone')],
  ['to wait for an object without an id', 'id', undefined, (s) => s['waitForRun']?.({})],
  [
    'a controller for a signal',
    'options.signal',
    'an instance of AbortController',
    (s) => s['waitForRun']?.('run', { signal: new AbortController() }),
  ],
  ['an unknown option', 'options.timeout', 5, (s) => s['waitForRun']?.('run', { timeout: 5 })],
]

const EVENTS: readonly Row[] = [
  ['an unknown event', 'event', 'job:executed', (s) => s['on']?.('job:executed', work)],
  ['an event of Node', 'event', 'error', (s) => s['once']?.('error', work)],
  ['the event __proto__', 'event', '__proto__', (s) => s['off']?.('__proto__', work)],
  ['a list of events', 'event', ['job:added'], (s) => s['on']?.(['job:added'], work)],
  ['no listener', 'listener', undefined, (s) => s['on']?.('job:added')],
  ['an object for a listener', 'listener', { handleEvent: 1 }, (s) => s['once']?.('job:added', { handleEvent: 1 })],
  ['the name of a listener', 'listener', 'log', (s) => s['off']?.('job:added', 'log')],
]

const LIFE: readonly Row[] = [
  ['an unknown option of start', 'options.pause', true, (s) => s['start']?.({ pause: true })],
  ['a wrong option of start', 'options.paused', 'no', (s) => s['start']?.({ paused: 'no' })],
  ['an unknown option of shutdown', 'options.force', true, (s) => s['shutdown']?.({ force: true })],
  ['a wrong option of shutdown', 'options.wait', 0, (s) => s['shutdown']?.({ wait: 0 })],
  [
    'an endless shutdown',
    'options.timeout',
    Number.POSITIVE_INFINITY,
    (s) => s['shutdown']?.({ timeout: Number.POSITIVE_INFINITY }),
  ],
]

function persistent(target: Loose, fn: unknown): unknown {
  const last = {
    persistent: true,
    lookupJob: () => null,
    getDueJobs: () => [],
    getNextRunTime: () => null,
    getAllJobs: () => [],
  }
  const rest = { start: work, shutdown: work, addJob: work, updateJob: work, removeJob: work, removeAllJobs: work }
  return Promise.resolve(target['addJobStore']?.('lasting', { ...last, ...rest }))
    .then(() => target['addJob']?.(fn, always, { store: 'lasting' }))
    .finally(() => target['removeJobStore']?.('lasting'))
}

describe.each([
  ['functions', FUNCTIONS],
  ['jobs', JOBS],
  ['runs', RUNS],
  ['events', EVENTS],
  ['starting and stopping', LIFE],
] as const)('%s', (_title, rows) => {
  it.each<Row>(rows)('%s is refused, naming %s', async (_name, field, value, call) => {
    const before = await contentsOf(scheduler)
    expectToName(await refusal(() => call(api)), field, value)
    expect(await contentsOf(scheduler)).toBe(before)
    expect(scheduler.state).toBe('stopped')
  })
})

it('FD-65 an input that refers to itself is refused in every form, and the queue stays as it was', async () => {
  const before = await contentsOf(scheduler)
  const list: unknown[] = []
  list.push({ list })
  for (const input of [cyclic, list, new Map([['key', cyclic]])]) {
    for (const store of ['default', 'file']) {
      const error = await refusal(() => scheduler.enqueue('work', input, { store }))
      expect(error).toMatchObject({ code: 'SERIALIZATION', details: { rule: expect.stringContaining('itself') } })
      expect(String(error.details['field'])).toMatch(/^\$\.input/)
    }
  }
  expect(await contentsOf(scheduler)).toBe(before)
})

describe('exported jobs', () => {
  async function changed(change: (job: Record<string, unknown>) => void): Promise<string> {
    const exported = JSON.parse(await scheduler.exportJobs())
    const copy = { ...exported.jobs[0], id: 'copy' }
    change(copy)
    return JSON.stringify({ ...exported, jobs: [{ ...exported.jobs[0], id: 'first' }, copy] })
  }

  it.each<readonly [string, string, unknown, (job: Record<string, unknown>) => void]>([
    [
      'a wrong option',
      'text.jobs[1].maxInstances',
      0,
      (job) => {
        job['maxInstances'] = 0
      },
    ],
    [
      'a wrong trigger',
      'text.jobs[1].trigger.expression',
      'x',
      (job) => {
        job['trigger'] = { v: 1, type: 'cron', expression: 'x' }
      },
    ],
    [
      'a wrong instant',
      'text.jobs[1].nextRunTime',
      'soon',
      (job) => {
        job['nextRunTime'] = 'soon'
      },
    ],
    [
      'a version of the future',
      'text.jobs[1].v',
      2,
      (job) => {
        job['v'] = 2
      },
    ],
    [
      'one id for two',
      'text.jobs[1].id',
      'first',
      (job) => {
        job['id'] = 'first'
      },
    ],
  ])('with %s are refused as a whole, naming %s', async (_name, field, value, change) => {
    const before = await contentsOf(scheduler)
    const error = await refusal(async () => scheduler.importJobs(await changed(change)))
    expect(error.details).toMatchObject({ field, value, rule: expect.any(String) })
    expect(error.message).toContain(field)
    expect(await contentsOf(scheduler)).toBe(before)
  })

  it.each([['no JSON'], ['{}'], ['{ "format": "cronwright-jobs", "version": 2, "jobs": [] }'], ['null']])(
    'as %s are refused',
    async (text) => {
      const error = await refusal(() => scheduler.importJobs(text))
      expect(String(error.details['field'])).toMatch(/^text/)
    },
  )

  it('with an id that is taken are refused as a whole', async () => {
    const before = await contentsOf(scheduler)
    const text = await changed((job) => {
      job['id'] = 'there'
    })
    expectToName(await refusal(() => scheduler.importJobs(text)), 'id', 'there')
    expect(await contentsOf(scheduler)).toBe(before)
  })

  it('a text that is no serialised job is refused, naming it', async () => {
    const [job] = await scheduler.getJobs()
    expect(
      (await refusal(() => loose({ serializeJob })['serializeJob']?.({ ...job, paused: 'no' }))).details,
    ).toMatchObject({
      field: 'job.paused',
      value: 'no',
    })
  })
})
