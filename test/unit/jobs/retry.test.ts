import { describe, expect, test } from 'vitest'
import { retryDelay } from '../../../src/jobs/backoff.ts'
import { BASE_DEFAULTS, resolveDefaults, resolveOptions } from '../../../src/jobs/options.ts'
import { DEFAULT_RETRY, NO_RETRY, type RetryPolicy } from '../../../src/jobs/policy.ts'
import { type RetryOptions, retry } from '../../../src/jobs/retry.ts'

const SECOND = 1_000
const MINUTE = 60_000
const HOUR = 3_600_000

/** The policy of an option, over these defaults. */
function policyOf(options: unknown, defaults?: unknown): RetryPolicy {
  const base = resolveDefaults(defaults === undefined ? {} : { retry: defaults }, BASE_DEFAULTS, 'jobDefaults')
  return resolveOptions({ retry: options }, base).resolved.policy.retry
}

/** The delays before the attempts after the first, without chance. */
function delaysOf(options: RetryOptions, count: number, random = 0.5): number[] {
  const policy = policyOf(options)
  return Array.from({ length: count }, (_, index) => retryDelay(policy, index + 1, random))
}

describe('the option retry', () => {
  test('as a number is attempts in all; as an object it is the policy, with defaults', () => {
    expect(policyOf(5)).toEqual({ ...DEFAULT_RETRY, attempts: 5 })
    expect(policyOf({})).toEqual(DEFAULT_RETRY)
    expect(policyOf({ attempts: 2, delay: '5s', factor: 1, maxDelay: '1m', jitter: 0.2 })).toEqual({
      ...DEFAULT_RETRY,
      ...{ attempts: 2, baseMs: 5 * SECOND, factor: 1, capMs: MINUTE, jitter: 0.2 },
    })
  })

  test('with one attempt is no retry', () => {
    expect(policyOf(1)).toBe(NO_RETRY)
    expect(policyOf({ attempts: 1, delay: '5s' })).toBe(NO_RETRY)
  })

  test('names the only errors that are tried again, and those that never are', () => {
    expect(policyOf({ only: ['E_BUSY'], never: ['TypeError'] })).toMatchObject({
      only: ['E_BUSY'],
      never: ['TypeError'],
    })
    expect(policyOf({ only: [] }).only).toEqual([])
  })
})

describe('one policy covers the usual formulas', () => {
  test('fixed', () => {
    expect(delaysOf({ delay: '30s', factor: 1 }, 3)).toEqual([30 * SECOND, 30 * SECOND, 30 * SECOND])
  })

  test('linear: a step instead of a factor', () => {
    expect(delaysOf({ delay: '30s', step: '10s' }, 3)).toEqual([30 * SECOND, 40 * SECOND, 50 * SECOND])
    expect(delaysOf({ delay: '30s', step: 0 }, 2)).toEqual([30 * SECOND, 30 * SECOND])
  })

  test('ZJ-20 exponential: 30 s, 60 s, 120 s, up to its cap of an hour', () => {
    expect(delaysOf({ delay: '30s' }, 4)).toEqual([30 * SECOND, MINUTE, 2 * MINUTE, 4 * MINUTE])
    expect(delaysOf({ delay: '30s' }, 10)[9]).toBe(HOUR)
  })

  test('ZJ-20 jitter of 20 % comes after the cap', () => {
    expect(delaysOf({ delay: '40m', jitter: 0.2 }, 2, 0)).toEqual([32 * MINUTE, 48 * MINUTE])
    expect(delaysOf({ delay: '40m', jitter: 0.2 }, 2, 0.999_999_9)).toEqual([48 * MINUTE, 72 * MINUTE])
  })

  test('a list, whose last delay holds for all that follow', () => {
    expect(delaysOf({ delay: ['1m', '3m', 300_000] }, 5)).toEqual([1, 3, 5, 5, 5].map((minutes) => minutes * MINUTE))
  })

  test('FD-14 the delay times 1, 3, 5 and 10', () => {
    const delay = [1, 3, 5, 10].map((times) => times * MINUTE)
    expect(delaysOf({ delay }, 5)).toEqual([1, 3, 5, 10, 10].map((minutes) => minutes * MINUTE))
  })

  test('a delay beyond an hour is no longer cut by the default cap, but by one that is given', () => {
    expect(delaysOf({ delay: '2h' }, 2)).toEqual([2 * HOUR, 2 * HOUR])
    expect(delaysOf({ delay: ['1m', '1d'] }, 2)).toEqual([MINUTE, 24 * HOUR])
    expect(delaysOf({ delay: ['1m', '1d'], maxDelay: '1h' }, 2)).toEqual([MINUTE, HOUR])
  })
})

describe('ZJ-20 policies by name', () => {
  test.each([
    ['none', retry.none, NO_RETRY],
    ['fixed', retry.fixed(4, '30s'), { attempts: 4, baseMs: 30 * SECOND, factor: 1, stepMs: 0 }],
    ['linear', retry.linear(4, '30s'), { attempts: 4, baseMs: 30 * SECOND, factor: 1, stepMs: 30 * SECOND }],
    ['linear with a step', retry.linear(4, '30s', '5s'), { baseMs: 30 * SECOND, stepMs: 5 * SECOND }],
    ['exponential', retry.exponential(4, '30s'), { attempts: 4, baseMs: 30 * SECOND, factor: 2, stepMs: 0 }],
    ['exponential with a factor', retry.exponential(4, '30s', 3), { factor: 3 }],
    ['table', retry.table(['1m', '3m']), { attempts: 3, delaysMs: [MINUTE, 3 * MINUTE] }],
    ['table with attempts', retry.table(['1m', '3m'], 9), { attempts: 9 }],
  ])('%s', (_name, options, policy) => {
    expect(policyOf(options)).toMatchObject(policy)
    // Whatever the defaults are.
    expect(policyOf(options, { attempts: 9, delay: '7s', step: '3s' })).toMatchObject(policy)
    expect(policyOf(options, { delay: ['1s', '2s'] })).toMatchObject(policy)
  })

  test('take more by spreading', () => {
    const never = ['TypeError']
    expect(policyOf({ ...retry.fixed(3, '5s'), jitter: 0.1, never })).toMatchObject({ attempts: 3, jitter: 0.1, never })
  })
})

describe('ZJ-21 what a job does not say comes from the defaults', () => {
  const defaults: RetryOptions = {
    attempts: 6,
    delay: '30s',
    factor: 3,
    maxDelay: '10m',
    jitter: 0.1,
    never: ['E_GONE'],
  }
  const base = { attempts: 6, baseMs: 30 * SECOND, factor: 3, capMs: 10 * MINUTE, jitter: 0.1, never: ['E_GONE'] }

  test('all of it', () => {
    expect(policyOf(undefined, defaults)).toMatchObject(base)
  })

  test.each<[string, unknown, object]>([
    ['a number changes only the attempts', 9, { attempts: 9 }],
    ['jitter', { jitter: 0.5 }, { jitter: 0.5 }],
    ['non-retryable errors', { never: ['E_X'] }, { never: ['E_X'] }],
    ['a delay keeps the formula', { delay: '1s' }, { baseMs: SECOND }],
    ['a factor keeps the delay', { factor: 1 }, { factor: 1 }],
    ['a step takes the place of the factor', { step: '5s' }, { factor: 1, stepMs: 5 * SECOND }],
    [
      'a list takes the place of the formula',
      { delay: ['1s', '2s'] },
      { delaysMs: [SECOND, 2 * SECOND], baseMs: SECOND, factor: 1 },
    ],
    ['a delay above the cap raises it', { delay: '1h' }, { baseMs: HOUR, capMs: HOUR }],
  ])('%s', (_name, options, changes) => {
    expect(policyOf(options, defaults)).toMatchObject({ ...base, ...changes })
  })

  test('a delay takes the place of a list, and a factor or step of a list its default delay', () => {
    const listed = { delay: ['1m', '3m'] }
    expect(policyOf({ delay: '5s' }, listed)).toMatchObject({ delaysMs: null, baseMs: 5 * SECOND, factor: 2 })
    expect(policyOf({ factor: 4 }, listed)).toMatchObject({ delaysMs: null, baseMs: SECOND, factor: 4 })
    expect(policyOf({ step: '1s' }, listed)).toMatchObject({ delaysMs: null, baseMs: SECOND, stepMs: SECOND })
  })

  test('a factor takes the place of a step', () => {
    expect(policyOf({ factor: 4 }, { delay: '5s', step: '1s' })).toMatchObject({
      baseMs: 5 * SECOND,
      factor: 4,
      stepMs: 0,
    })
  })

  test('defaults without retry have nothing to give', () => {
    expect(policyOf(3, 1)).toEqual(DEFAULT_RETRY)
  })
})

describe('a wrong policy is refused, by name', () => {
  const wrong: [unknown, string, unknown][] = [
    [{ delay: 'soon' }, 'delay', 'soon'],
    [{ delay: [] }, 'delay', []],
    [{ delay: ['1s', 'soon'] }, 'delay[1]', 'soon'],
    [{ delay: ['1s'], factor: 2 }, 'factor', 2],
    [{ delay: ['1s'], step: '1s' }, 'step', '1s'],
    [{ factor: 2, step: '1s' }, 'step', '1s'],
    [{ step: -1 }, 'step', -1],
    [{ factor: 0.5 }, 'factor', 0.5],
    [{ maxDelay: 'never' }, 'maxDelay', 'never'],
    [{ only: 'E_BUSY' }, 'only', 'E_BUSY'],
    [{ only: [TypeError] }, 'only[0]', TypeError],
    [{ never: [''] }, 'never[0]', ''],
    [{ never: ['a', 'a'] }, 'never', ['a', 'a']],
    [{ retryIf: () => true }, 'retryIf', expect.anything()],
  ]

  test.each(wrong)('%j', (options, field, value) => {
    expect(() => policyOf(options)).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining(`options.retry.${field}: must`),
        details: expect.objectContaining({ field: `options.retry.${field}`, value }),
      }),
    )
  })

  test('a list of holes, or of too many delays', () => {
    expect(() => policyOf({ delay: new Array(3) })).toThrow(/options\.retry\.delay\[0\]: must be/)
    expect(() => policyOf({ delay: new Array(1_001).fill(1) })).toThrow(/must have 1 to 1000 delays/)
  })
})
