import { describe, expect, test } from 'vitest'
import { BASE_DEFAULTS, checkId, resolveChanges, resolveDefaults, resolveOptions } from '../../../src/jobs/options.ts'
import { DEFAULT_POLICY, NO_RETRY } from '../../../src/jobs/policy.ts'

const DAY = 86_400_000

describe('defaults', () => {
  test('nothing given is the base itself', () => {
    expect(resolveDefaults(undefined, BASE_DEFAULTS, 'jobDefaults')).toBe(BASE_DEFAULTS)
    expect(resolveDefaults({}, BASE_DEFAULTS, 'jobDefaults').policy).toBe(DEFAULT_POLICY)
  })

  test('are those that the documentation names', () => {
    expect(BASE_DEFAULTS).toEqual({
      executor: 'default',
      store: 'default',
      queue: 'default',
      priority: 0,
      policy: {
        coalesce: true,
        maxInstances: 1,
        overlap: 'skip',
        maxRuns: null,
        misfireGraceMs: null,
        timeoutMs: null,
        retry: NO_RETRY,
        onCrash: 'retry',
        history: { keep: 100, maxAgeMs: 30 * DAY, byStateMs: null, logMaxAgeMs: 7 * DAY },
      },
      tags: [],
      metadata: {},
    })
  })

  test('what is given lies over the base, and what is not given shows through', () => {
    const scheduler = resolveDefaults({ queue: 'low', timeout: '5m', tags: ['a'] }, BASE_DEFAULTS, 'jobDefaults')
    const registration = resolveDefaults({ timeout: null, priority: 5 }, scheduler, 'defaults')
    expect(registration).toMatchObject({ queue: 'low', priority: 5, tags: ['a'], policy: { timeoutMs: null } })
    expect(scheduler.policy.timeoutMs).toBe(300_000)
  })

  test('an option that is given as undefined is one that is not given', () => {
    expect(resolveDefaults({ queue: undefined, retry: undefined }, BASE_DEFAULTS, 'x')).toEqual(BASE_DEFAULTS)
  })
})

describe('policies', () => {
  const policyOf = (options: object) => resolveOptions(options, BASE_DEFAULTS).resolved.policy

  test('FD-09 durations are numbers or texts', () => {
    expect(policyOf({ timeout: '1h30m', misfireGraceTime: 500 })).toMatchObject({
      timeoutMs: 5_400_000,
      misfireGraceMs: 500,
    })
  })
})

describe('options of a job', () => {
  test('are resolved', () => {
    const options = resolveOptions(
      {
        id: 'report',
        name: 'Weekday report',
        input: { to: 'a@b.c' },
        replaceExisting: true,
        nextRunTime: '2026-01-01T00:00:00Z',
        paused: true,
      },
      BASE_DEFAULTS,
    )
    expect(options).toEqual({
      id: 'report',
      name: 'Weekday report',
      hasInput: true,
      input: { to: 'a@b.c' },
      replaceExisting: true,
      nextRunTime: Date.UTC(2026, 0, 1),
      paused: true,
      resolved: BASE_DEFAULTS,
    })
  })

  test('without any, nothing is set', () => {
    expect(resolveOptions(undefined, BASE_DEFAULTS)).toMatchObject({
      id: undefined,
      hasInput: false,
      replaceExisting: false,
      nextRunTime: undefined,
      paused: undefined,
    })
  })

  test('an input of undefined is an input', () => {
    expect(resolveOptions({ input: undefined }, BASE_DEFAULTS).hasInput).toBe(true)
  })

  test('changes may pause by a next run time of null, and may not move a job elsewhere', () => {
    expect(resolveChanges({ nextRunTime: null }, BASE_DEFAULTS).nextRunTime).toBeNull()
    for (const key of ['id', 'store', 'replaceExisting']) {
      expect(() => resolveChanges({ [key]: 'x' }, BASE_DEFAULTS)).toThrow(`changes.${key}: must be one of the options`)
    }
  })
})

describe('bad options are refused, by name', () => {
  const wrong: [object, string, unknown][] = [
    [{ maxInstance: 1 }, 'options.maxInstance', 1],
    [{ maxInstances: 0 }, 'options.maxInstances', 0],
    [{ maxInstances: 1.5 }, 'options.maxInstances', 1.5],
    [{ maxRuns: 0 }, 'options.maxRuns', 0],
    [{ misfireGraceTime: 0 }, 'options.misfireGraceTime', 0],
    [{ misfireGraceTime: 'late' }, 'options.misfireGraceTime', 'late'],
    [{ timeout: -5 }, 'options.timeout', -5],
    [{ coalesce: 'yes' }, 'options.coalesce', 'yes'],
    [{ queue: '' }, 'options.queue', ''],
    [{ priority: 1_000_001 }, 'options.priority', 1_000_001],
    [{ overlap: 'sometimes' }, 'options.overlap', 'sometimes'],
    [{ onCrash: 'ignore' }, 'options.onCrash', 'ignore'],
    [{ retry: 0 }, 'options.retry.attempts', 0],
    [{ retry: { attempt: 3 } }, 'options.retry.attempt', 3],
    [{ retry: { factor: 0.5 } }, 'options.retry.factor', 0.5],
    [{ retry: { jitter: 2 } }, 'options.retry.jitter', 2],
    [{ retry: 'always' }, 'options.retry', 'always'],
    [{ history: { keep: -1 } }, 'options.history.keep', -1],
    [{ history: { maxAge: '0s' } }, 'options.history.maxAge', '0s'],
    [{ tags: ['a', 'a'] }, 'options.tags', ['a', 'a']],
    [{ tags: [''] }, 'options.tags[0]', ''],
    [{ metadata: [] }, 'options.metadata', []],
    [{ id: 5 }, 'options.id', 5],
    [{ id: 'x'.repeat(192) }, 'options.id', 'x'.repeat(192)],
    [{ nextRunTime: 'tomorrow' }, 'options.nextRunTime', 'tomorrow'],
    [{ paused: 1 }, 'options.paused', 1],
    [{ replaceExisting: 'true' }, 'options.replaceExisting', 'true'],
    [{ store: 5 }, 'options.store', 5],
    [{ executor: null }, 'options.executor', null],
  ]

  test.each(wrong)('%j', (options, field, value) => {
    expect(() => resolveOptions(options, BASE_DEFAULTS)).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining(`${field}: must`),
        details: expect.objectContaining({ field, value }),
      }),
    )
  })

  test.each([['text'], [5], [[]]])('%j instead of options', (options) => {
    expect(() => resolveOptions(options, BASE_DEFAULTS)).toThrow(/^options: must be/)
  })
})

describe('ids', () => {
  test.each(['a', 'weekday-report', 'a b', 'job@5', 'é', 'x'.repeat(191)])('%j is one', (id) => {
    expect(checkId(id, 'id')).toBe(id)
  })

  test.each(['', ' a', 'a ', 'a\tb', 'a\u0000', 'a\u0085b', 'x'.repeat(192)])('%j is none', (id) => {
    expect(() => checkId(id, 'id')).toThrow(/^id: must/)
  })
})
