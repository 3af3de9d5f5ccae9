import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  ascending,
  bytesOf,
  dueEntry,
  duePartition,
  dueTail,
  idFromTail,
  levelFrom,
  listPartition,
  listPlace,
  listTail,
  olderThan,
} from '../../../../src/stores/etcd/keys.ts'

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
const instant = fc.integer({ min: 1, max: 10 ** 13 - 1 })
const sign = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

describe('keys of the etcd store', () => {
  it('what is due earlier sorts first, then who came first', () => {
    const tail = (due: number, sequence: number): string => dueTail(due, sequence, { kind: 'run', id: 'run' })
    fc.assert(
      fc.property(instant, instant, fc.nat(), fc.nat(), (due, other, sequence, later) => {
        const expected = Math.sign(due - other) || Math.sign(sequence - later)
        expect(sign(tail(due, sequence), tail(other, later))).toBe(expected)
      }),
    )
  })

  it('a key of the due index tells its record', () => {
    fc.assert(
      fc.property(instant, fc.nat(), text, (due, sequence, id) => {
        expect(dueEntry(dueTail(due, sequence, { kind: 'log', id }), 7)).toMatchObject({
          due,
          kind: 'log',
          id,
          revision: 7,
        })
      }),
    )
    expect(dueEntry(dueTail(1, 1, { kind: 'of-a-later-release', id: 'x' }), 7)).toBeUndefined()
  })

  it('runs of a higher priority sort first, and a level tells its queue', () => {
    const level = (queue: string, priority: number): string => duePartition({ lane: 'run', queue, priority })
    const priority = fc.integer({ min: -1_000_000, max: 1_000_000 })
    fc.assert(
      fc.property(text, priority, priority, (queue, one, other) => {
        expect(sign(level(queue, one), level(queue, other))).toBe(Math.sign(other - one))
        expect(levelFrom(level(queue, one)).queue).toBe(queue)
      }),
    )
  })

  it('a list has the newest first, then ids from the end', () => {
    fc.assert(
      fc.property(
        instant,
        instant,
        fc.stringMatching(/^[ -~]{1,9}$/),
        fc.stringMatching(/^[ -~]{1,9}$/),
        (at, other, id, next) => {
          const expected = Math.sign(other - at) || sign(next, id)
          expect(sign(listTail(at, id), listTail(other, next))).toBe(expected)
        },
      ),
    )
  })

  it('a key of a list tells its record, and its part what is in it', () => {
    fc.assert(
      fc.property(instant, text, text, (at, id, queue) => {
        expect(idFromTail(listTail(at, id))).toBe(id)
        const place = { lane: 'run', state: 'pending', queue } as const
        expect(listPlace(listPartition({ kind: 'run', ...place }))).toEqual(place)
      }),
    )
  })

  it('older than an instant is what came before it, and nothing at it', () => {
    expect(listTail(5, '\u{10FFFF}') < olderThan(5)).toBe(true)
    expect(listTail(4, '\u{10FFFF}') > olderThan(5)).toBe(true)
    expect(listTail(0, 'a') < olderThan(0)).toBe(true)
  })

  it('instants out of reach sort as the first and the last', () => {
    expect(ascending(-5)).toBe(ascending(0))
    expect(ascending(Number.MAX_SAFE_INTEGER)).toBe('9999999999999')
    expect(bytesOf('é')).toHaveLength(2)
  })
})
