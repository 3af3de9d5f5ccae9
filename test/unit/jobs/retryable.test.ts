import { describe, expect, test } from 'vitest'
import { NonRetryableError } from '../../../src/errors.ts'
import { errorFrom } from '../../../src/executors/worker-threads/protocol.ts'
import { DEFAULT_RETRY, type RetryPolicy } from '../../../src/jobs/policy.ts'
import { storedError } from '../../../src/jobs/result.ts'
import { errorKinds, isRetryable } from '../../../src/jobs/retryable.ts'

class HttpError extends Error {}
class NotFoundError extends HttpError {
  override readonly name = 'NotFound'
  readonly code = 'E_404'
}

function isTriedAgain(policy: Partial<RetryPolicy>, error: unknown): boolean {
  return isRetryable({ ...DEFAULT_RETRY, ...policy }, errorKinds(error))
}

describe('what an error is called', () => {
  test('its name, its code and its classes', () => {
    expect(errorKinds(new NotFoundError('x'))).toEqual(['NotFound', 'E_404', 'NotFoundError', 'HttpError', 'Error'])
  })

  test('and what its causes are called', () => {
    const reset = Object.assign(new Error('reset'), { code: 'ECONNRESET' })
    expect(errorKinds(new TypeError('fetch failed', { cause: reset }))).toContain('ECONNRESET')
  })

  test.each([[undefined], ['text'], [{ name: 'TypeError', code: 'E_X' }], [null]])(
    'nothing for %j, which is none',
    (value) => {
      expect(errorKinds(value)).toEqual([])
    },
  )

  test('an error that is its own cause ends', () => {
    const error = new Error('round')
    error.cause = error
    expect(errorKinds(error)).toEqual(['Error'])
  })

  test('an error that throws when it is read has the names found before', () => {
    const error = Object.defineProperty(new Error('bad'), 'code', {
      get: () => {
        throw new Error('no')
      },
    })
    expect(errorKinds(error)).toEqual(['Error'])
  })
})

describe('which errors are tried again', () => {
  test('all, where nothing else is said', () => {
    for (const error of [new Error('x'), new NotFoundError('x'), 'text', undefined]) {
      expect(isTriedAgain({}, error)).toBe(true)
    }
  })

  test('only those named, by name, code or class', () => {
    for (const name of ['NotFound', 'E_404', 'NotFoundError', 'HttpError', 'Error']) {
      expect(isTriedAgain({ only: [name] }, new NotFoundError('x'))).toBe(true)
    }
    expect(isTriedAgain({ only: ['HttpError'] }, new TypeError('x'))).toBe(false)
    expect(isTriedAgain({ only: ['HttpError'] }, 'HttpError')).toBe(false)
    expect(isTriedAgain({ only: [] }, new Error('x'))).toBe(false)
  })

  test('FD-45 never those named, nor their subclasses', () => {
    expect(isTriedAgain({ never: ['HttpError'] }, new NotFoundError('x'))).toBe(false)
    expect(isTriedAgain({ never: ['NotFoundError'] }, new HttpError('x'))).toBe(true)
  })

  test('not what is in both lists', () => {
    expect(isTriedAgain({ only: ['HttpError'], never: ['E_404'] }, new NotFoundError('x'))).toBe(false)
    expect(isTriedAgain({ only: ['HttpError'], never: ['E_404'] }, new HttpError('x'))).toBe(true)
  })

  test('no error that says so itself, nor one that it caused', () => {
    class Refused extends NonRetryableError {}
    expect(isTriedAgain({}, new NonRetryableError('no such address'))).toBe(false)
    expect(isTriedAgain({ only: ['Refused'] }, new Refused('no such address'))).toBe(false)
    expect(isTriedAgain({}, errorFrom(storedError(new NonRetryableError('out of a worker thread'))))).toBe(false)
    expect(isTriedAgain({}, new Error('not sent', { cause: new NonRetryableError('x') }))).toBe(false)
  })
})
