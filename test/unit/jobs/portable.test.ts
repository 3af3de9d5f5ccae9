import { describe, expect, test } from 'vitest'
import { checkJob } from '../../../src/jobs/check-job.ts'
import type { Job } from '../../../src/jobs/job.ts'
import { DEFAULT_RETRY, NO_RETRY } from '../../../src/jobs/policy.ts'
import { deserializeJob, serializeJob } from '../../../src/jobs/portable.ts'
import { and, calendarInterval, cron, date, interval, or, type Trigger } from '../../../src/triggers/index.ts'

const job: Job = {
  id: 'weekday-report',
  name: 'Weekday report',
  functionRef: 'send-report',
  trigger: cron('0 9 * * 1-5', { timezone: 'Europe/Athens', jitter: '30s' }),
  input: { to: 'a@b.c', since: new Date(5), seen: new Set([1n]), nothing: undefined },
  store: 'default',
  executor: 'threads',
  nextRunTime: new Date(Date.UTC(2026, 0, 1, 7)),
  paused: false,
  createdAt: new Date(Date.UTC(2025, 11, 31)),
  coalesce: false,
  maxInstances: 3,
  maxRuns: 10,
  fires: 4,
  misfireGraceTime: 60_000,
  queue: 'mail',
  priority: -5,
  timeout: 300_000,
  overlap: 'replace',
  retry: { ...DEFAULT_RETRY, factor: 1.5, capMs: 60_000, jitter: 0.2, only: ['E_BUSY'], never: ['E_GONE'] },
  onCrash: 'abandon',
  history: { keep: 7, maxAge: 86_400_000, byState: { failed: 90_000 }, logs: 3_600_000 },
  overrides: null,
  declared: null,
  tags: ['mail', 'daily'],
  metadata: { owner: 'me' },
}

const plain: Job = {
  ...job,
  trigger: date(new Date(0)),
  input: undefined,
  nextRunTime: null,
  paused: true,
  maxRuns: null,
  fires: 0,
  misfireGraceTime: null,
  timeout: null,
  retry: NO_RETRY,
  tags: [],
  metadata: {},
}

const { coalesce, maxInstances, overlap, maxRuns, misfireGraceTime, queue, priority, timeout, onCrash, history } = job

/** One that an operator changed. */
const overridden: Job = {
  ...job,
  retry: { ...DEFAULT_RETRY, baseMs: 5_000, factor: 1, delaysMs: [5_000, 7_200_000], capMs: 7_200_000 },
  overrides: { retry: { delay: ['5s', '2h'] } },
  declared: {
    ...{ coalesce, maxInstances, overlap, maxRuns, misfireGraceTime, queue, priority, timeout, onCrash, history },
    retry: { ...DEFAULT_RETRY, factor: 1, stepMs: 500 },
  },
}

/** A job with its trigger as JSON, so that two can be compared. */
function comparable(value: Job): object {
  return { ...value, trigger: value.trigger.toJSON() }
}

/** The text of a job with some fields changed; undefined takes one away. */
function changed(changes: object): string {
  return JSON.stringify({ ...JSON.parse(serializeJob(job)), ...changes })
}

describe('a job as text', () => {
  test.each([
    ['with everything', job],
    ['with as little as there can be', plain],
    ['with what an operator laid over it', overridden],
  ])('%s is read back as it was', (_name, value) => {
    expect(comparable(deserializeJob(serializeJob(value)))).toStrictEqual(comparable(value))
  })

  const triggers: Trigger[] = [
    cron('*/5 * * * *', { timezone: 'UTC' }),
    cron({ day: 'last', hour: 9 }, { timezone: 'UTC' }),
    interval('90s', { startDate: new Date(0), endDate: new Date(1e12) }),
    calendarInterval({ months: 1 }, { startDate: new Date(0), timezone: 'UTC' }),
    date(new Date(5)),
    or(cron('0 9 * * *', { timezone: 'UTC' }), date(new Date(5))),
    and(interval('1h', { startDate: new Date(0) }), cron('0 9 * * *', { timezone: 'UTC' })),
  ]

  test.each(triggers.map((trigger) => [String(trigger), trigger] as const))(
    'keeps the trigger %s',
    (_text, trigger) => {
      const back = deserializeJob(serializeJob({ ...job, trigger }))
      expect(back.trigger.toJSON()).toEqual(trigger.toJSON())
      expect(back.trigger.next(new Date(1))).toEqual(trigger.next(new Date(1)))
    },
  )

  test('is JSON that people can read, with a version', () => {
    expect(JSON.parse(serializeJob(plain))).toMatchObject({
      v: 1,
      id: 'weekday-report',
      functionRef: 'send-report',
      trigger: { type: 'date', at: '1970-01-01T00:00:00.000Z' },
      nextRunTime: null,
      createdAt: '2025-12-31T00:00:00.000Z',
      retry: { attempts: 1 },
    })
  })

  test('written before there were these settings has their defaults', () => {
    const { overlap, overrides, declared, ...old } = JSON.parse(serializeJob(plain))
    const retry = { attempts: 2, baseMs: 5, factor: 1, capMs: 5, jitter: 0 }
    const text = JSON.stringify({ ...old, retry, history: { keep: 1, maxAge: 5 } })
    expect(deserializeJob(text)).toMatchObject({
      overlap: 'skip',
      overrides: null,
      declared: null,
      retry: { ...DEFAULT_RETRY, ...retry },
      history: { keep: 1, maxAge: 5, byState: {}, logs: 7 * 86_400_000 },
    })
  })

  test('an input that cannot be written is refused', () => {
    expect(() => serializeJob({ ...job, input: () => 1 })).toThrow(expect.objectContaining({ code: 'SERIALIZATION' }))
  })
})

describe('text that is no job is refused by the name of what is wrong', () => {
  const bad: [string, object][] = [
    ['job.v', { v: 2 }],
    ['job.v', { v: undefined }],
    ['job.id', { id: '' }],
    ['job.name', { name: 5 }],
    ['job.functionRef', { functionRef: undefined }],
    ['job.store', { store: undefined }],
    ['job.executor', { executor: null }],
    ['job.nextRunTime', { nextRunTime: 'tomorrow' }],
    ['job.nextRunTime', { nextRunTime: undefined }],
    ['job.paused', { paused: 0 }],
    ['job.createdAt', { createdAt: '2026-02-30T00:00:00Z' }],
    ['job.coalesce', { coalesce: undefined }],
    ['job.maxInstances', { maxInstances: 0 }],
    ['job.maxRuns', { maxRuns: 'many' }],
    ['job.fires', { fires: -1 }],
    ['job.misfireGraceTime', { misfireGraceTime: undefined }],
    ['job.queue', { queue: '' }],
    ['job.priority', { priority: 0.5 }],
    ['job.timeout', { timeout: 'long' }],
    ['job.retry', { retry: 3 }],
    ['job.retry.attempts', { retry: { attempts: 0, baseMs: 1, factor: 1, capMs: 1, jitter: 0 } }],
    ['job.retry.baseMs', { retry: { attempts: 2, factor: 1, capMs: 1, jitter: 0 } }],
    ['job.retry.delaysMs', { retry: { ...job.retry, delaysMs: 5 } }],
    ['job.retry.delay[0]', { retry: { ...job.retry, delaysMs: ['soon'] } }],
    ['job.retry.only[0]', { retry: { ...job.retry, only: [5] } }],
    ['job.overlap', { overlap: 'sometimes' }],
    ['job.overrides.input', { overrides: { input: 5 } }],
    ['job.overrides.timeout', { overrides: { timeout: 'long' } }],
    ['job.declared.misfireGraceTime', { declared: {} }],
    ['job.onCrash', { onCrash: 'explode' }],
    ['job.history', { history: undefined }],
    ['job.history.keep', { history: { keep: -1, maxAge: 1 } }],
    ['job.history.maxAge', { history: { keep: 1 } }],
    ['job.history.byState.dead', { history: { keep: 1, maxAge: 1, byState: { dead: 1 } } }],
    ['job.tags[0]', { tags: [5] }],
    ['job.metadata', { metadata: null }],
  ]

  test.each(bad)('%s in %j', (field, changes) => {
    expect(() => deserializeJob(changed(changes))).toThrow(
      expect.objectContaining({
        code: 'DESERIALIZATION',
        message: expect.stringContaining(`the job cannot be read: ${field}`),
        details: expect.objectContaining({ field, rule: expect.any(String) }),
      }),
    )
  })

  test.each([
    '',
    '{',
    'null',
    '[]',
    '"text"',
    changed({ trigger: { v: 1, type: 'moon' } }),
    changed({ trigger: null }),
  ])('%s', (text) => {
    expect(() => deserializeJob(text)).toThrow(expect.objectContaining({ code: 'DESERIALIZATION' }))
  })
})

describe('checkJob', () => {
  test('gives a job of its own, in the store that was asked', () => {
    const checked = checkJob(job, 'other', 'job')
    expect(comparable(checked)).toStrictEqual({ ...comparable(job), store: 'other' })
    expect(checked.nextRunTime).not.toBe(job.nextRunTime)
  })

  test('a field that is not known is left out', () => {
    expect(checkJob({ ...job, _id: 5 }, 'default', 'job')).not.toHaveProperty('_id')
  })

  test.each([
    ['job.trigger', { trigger: job.trigger.toJSON() }],
    ['job.nextRunTime', { nextRunTime: job.nextRunTime?.getTime() }],
    ['job.createdAt', { createdAt: new Date(Number.NaN) }],
    ['job.nextRunTime', { nextRunTime: undefined }],
  ])('%s must be what a job has, not its text', (field, changes) => {
    expect(() => checkJob({ ...job, ...changes }, 'default', 'job')).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(`${field}: must`) }),
    )
  })
})
