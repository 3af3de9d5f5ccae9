import { expect, test } from 'vitest'
import { checkProgress } from '../../../src/jobs/progress.ts'

test('progress is how much is done, of how much, and a word about it', () => {
  expect(checkProgress(3, 10, 'three')).toEqual({ done: 3, total: 10, message: 'three' })
  expect(checkProgress(0.5, undefined, undefined)).toEqual({ done: 0.5, total: null, message: null })
})

test.each([
  [-1, undefined, undefined, 'done'],
  [Number.NaN, undefined, undefined, 'done'],
  [Number.POSITIVE_INFINITY, undefined, undefined, 'done'],
  ['3', undefined, undefined, 'done'],
  [1, -1, undefined, 'total'],
  [1, null, undefined, 'total'],
  [1, 2, '', 'message'],
  [1, 2, 'x'.repeat(4_001), 'message'],
])('progress(%s, %s, %s) is refused for its %s', (done, total, message, field) => {
  expect(() => checkProgress(done, total, message)).toThrow(
    expect.objectContaining({ code: 'INVALID_ARGUMENT', details: expect.objectContaining({ field }) }),
  )
})
