import { describe, expect, test } from 'vitest'
import { failedOutcome, JobResult, outcomeOf, revivedError, storedError } from '../../../src/jobs/result.ts'

describe('FD-02 what a handler returns', () => {
  test.each([[undefined], [null], [0], [''], [{ state: 'failed', message: 'no result, only data' }], [[1]]])(
    '%j completes the run with itself as output',
    (value) => {
      expect(outcomeOf(value)).toEqual({ kind: 'completed', output: value, reason: null })
    },
  )

  test('an error that is returned, not thrown, is an output', () => {
    const error = new Error('returned')
    expect(outcomeOf(error)).toEqual({ kind: 'completed', output: error, reason: null })
  })

  test('success', () => {
    expect(outcomeOf(JobResult.success())).toEqual({ kind: 'completed', output: undefined, reason: null })
    expect(outcomeOf(JobResult.success({ sent: 3 }))).toEqual({
      kind: 'completed',
      output: { sent: 3 },
      reason: null,
    })
  })

  test('success with a message', () => {
    expect(outcomeOf(JobResult.success(3, 'three sent'))).toEqual({
      kind: 'completed',
      output: 3,
      reason: 'three sent',
    })
  })

  test('failed, with and without a message', () => {
    expect(outcomeOf(JobResult.failed())).toMatchObject({ kind: 'failed', error: { message: 'the job failed' } })
    expect(outcomeOf(JobResult.failed('no paper'))).toMatchObject({
      kind: 'failed',
      retryable: true,
      error: { name: 'Error', message: 'no paper' },
    })
  })

  test('cancelled, with and without a message', () => {
    expect(outcomeOf(JobResult.cancelled('holiday'))).toEqual({ kind: 'cancelled', reason: 'holiday', error: null })
    expect(outcomeOf(JobResult.cancelled())).toEqual({
      kind: 'cancelled',
      reason: 'cancelled by its handler',
      error: null,
    })
  })

  test('fromError keeps the error', () => {
    const error = Object.assign(new TypeError('wrong type'), { code: 'E_TYPE' })
    expect(outcomeOf(JobResult.fromError(error))).toMatchObject({
      kind: 'failed',
      error: { name: 'TypeError', message: 'wrong type', code: 'E_TYPE', stack: error.stack },
    })
    expect(outcomeOf(JobResult.fromError('text'))).toMatchObject({ error: { name: 'NonError', message: '"text"' } })
  })

  test('a thrown error fails the run and may be retried', () => {
    expect(failedOutcome(new RangeError('too far'))).toMatchObject({
      kind: 'failed',
      kinds: ['RangeError', 'Error'],
      retryable: true,
      error: { name: 'RangeError', message: 'too far' },
    })
  })
})

describe('storedError', () => {
  class HttpError extends Error {
    override readonly name = 'HttpError'
    readonly code = 'E_HTTP'
    readonly response = { body: 'never stored' }
  }

  test('keeps name, message, code and stack of an error, and nothing else', () => {
    const error = new HttpError('503')
    expect(storedError(error)).toEqual({ name: 'HttpError', message: '503', code: 'E_HTTP', stack: error.stack })
  })

  test('a code that is no text is left out', () => {
    expect(storedError(Object.assign(new Error('x'), { code: 5 }))).not.toHaveProperty('code')
  })

  test.each([
    ['text', '"text"'],
    [5, '5'],
    [null, 'null'],
    [undefined, 'undefined'],
    [{ reason: 1 }, 'an object with reason'],
    [7n, '7n'],
    [Symbol('x'), 'Symbol(x)'],
  ])('describes %s, which is no error', (thrown, message) => {
    expect(storedError(thrown)).toEqual({ name: 'NonError', message })
  })

  test('long texts are cut', () => {
    const error = new Error('m'.repeat(100_000))
    error.stack = 's'.repeat(100_000)
    const stored = storedError(error)
    expect(stored.message).toHaveLength(4_003)
    expect(stored.stack).toHaveLength(8_003)
  })

  test('nothing that is thrown makes it throw', () => {
    const hostile = new Proxy(new Error('x'), {
      get() {
        throw new Error('gotcha')
      },
      has() {
        throw new Error('gotcha')
      },
    })
    const { proxy: revoked, revoke } = Proxy.revocable({}, {})
    revoke()
    for (const thrown of [hostile, revoked]) expect(storedError(thrown).name).toBe('NonError')
    expect(storedError(Object.assign(new Error('x'), { name: Symbol('n'), message: { a: 1 } }))).toMatchObject({
      name: expect.any(String),
      message: expect.any(String),
    })
  })

  test('everything it gives is plain data', () => {
    const stored = storedError(new HttpError('x'))
    expect(JSON.parse(JSON.stringify(stored))).toEqual(stored)
  })
})

describe('revivedError', () => {
  test('a failed run gives an error with what its handler threw as the cause', () => {
    const stored = { name: 'RangeError', message: 'too far', stack: 'RangeError: too far\n    at there' }
    const error = revivedError('job@5', stored, 'dead')
    expect(error).toMatchObject({
      code: 'RUN_FAILED',
      message: 'the run job@5 dead: too far',
      details: { runId: 'job@5', state: 'dead', error: stored },
      cause: { name: 'RangeError', message: 'too far', stack: stored.stack },
    })
    expect(error.cause).toBeInstanceOf(Error)
  })

  test('a cancelled run gives an error of its own', () => {
    expect(revivedError('r', null, 'cancelled')).toMatchObject({
      code: 'RUN_CANCELLED',
      details: { state: 'cancelled' },
    })
    expect(revivedError('r', null, 'unknown')).toMatchObject({ code: 'RUN_FAILED', details: { state: 'unknown' } })
  })
})
