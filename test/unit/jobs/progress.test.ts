/** What handlers say about how far they are is checked where they say it. */

import { describe, expect, it } from 'vitest'
import { InvalidArgumentError, SerializationError } from '../../../src/errors.ts'
import {
  addCount,
  checkCheckpoint,
  checkCount,
  checkProgress,
  MOST_CHECKPOINT_BYTES,
  MOST_COUNTERS,
  percentOf,
} from '../../../src/jobs/progress.ts'

describe('progress of a handler', () => {
  it('keeps how much is done, of how much, and a message', () => {
    expect(checkProgress(1, 2, 'half')).toEqual({ done: 1, total: 2, message: 'half' })
    expect(checkProgress(0, undefined, undefined)).toEqual({ done: 0, total: null, message: null })
  })

  it.each([
    ['done', [-1, undefined, undefined]],
    ['done', [Number.NaN, undefined, undefined]],
    ['done', ['1', undefined, undefined]],
    ['total', [1, Number.POSITIVE_INFINITY, undefined]],
    ['message', [1, 2, '']],
    ['message', [1, 2, 'm'.repeat(4_001)]],
  ] as const)('nonsense as %s is refused', (field, [done, total, message]) => {
    expect(() => checkProgress(done, total, message)).toThrow(new RegExp(`^${field}: `))
    expect(() => checkProgress(done, total, message)).toThrow(InvalidArgumentError)
  })

  it.each([
    [0, 200, 0],
    [1, 3, 33],
    [199, 200, 99],
    [999, 1_000, 99],
    [200, 200, 100],
    [300, 200, 100],
    [0, 0, 100],
    [5, null, null],
  ])('%s of %s is %s percent', (done, total, percent) => {
    expect(percentOf({ done, total, message: null })).toBe(percent)
  })
})

describe('counters of a handler', () => {
  it('add up by name', () => {
    const counts = new Map<string, number>()
    addCount(counts, 'read', 2)
    addCount(counts, 'read', 3)
    addCount(counts, 'failed', -1)
    expect(Object.fromEntries(counts)).toEqual({ read: 5, failed: -1 })
  })

  it.each([
    ['name', '', 1],
    ['name', 'n'.repeat(101), 1],
    ['name', 7, 1],
    ['by', 'read', Number.NaN],
    ['by', 'read', Number.POSITIVE_INFINITY],
    ['by', 'read', '1'],
  ])('nonsense as %s is refused', (field, name, by) => {
    expect(() => checkCount(name, by)).toThrow(new RegExp(`^${field}: `))
  })

  it('have a hundred names at most', () => {
    const counts = new Map<string, number>()
    for (let index = 0; index < MOST_COUNTERS; index += 1) addCount(counts, `n${index}`, 1)
    expect(() => addCount(counts, 'n0', 1)).not.toThrow()
    expect(() => addCount(counts, 'one more', 1)).toThrow(InvalidArgumentError)
    expect(counts.size).toBe(MOST_COUNTERS)
  })
})

describe('a checkpoint', () => {
  it('is a copy with everything that can be stored', () => {
    const value = { at: new Date(5), seen: new Set([1n]), list: [1, { deep: true }] }
    const kept = checkCheckpoint(value)
    expect(kept).toEqual(value)
    value.list.push(2)
    expect(kept).not.toEqual(value)
  })

  it('ZJ-44 of more than 1 MiB is refused, with its size', () => {
    const largest = 'x'.repeat(MOST_CHECKPOINT_BYTES - 2)
    expect(checkCheckpoint(largest)).toBe(largest)
    const error = (() => {
      try {
        return checkCheckpoint(`${largest}x`)
      } catch (thrown) {
        return thrown
      }
    })()
    expect(error).toBeInstanceOf(SerializationError)
    expect(error).toMatchObject({ details: { field: 'checkpoint', rule: expect.stringContaining('1048576') } })
  })

  it.each([
    ['a function', () => 0],
    ['an instance of a class', new (class Own {})()],
  ])('%s is refused', (_name, value) => {
    expect(() => checkCheckpoint({ value })).toThrow(SerializationError)
  })
})
