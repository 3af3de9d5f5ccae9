/** The log of a run is bounded, whatever is logged. */

import { describe, expect, it } from 'vitest'
import {
  appendedLog,
  EMPTY_LOG,
  linesStored,
  MOST_BYTES,
  MOST_LINES,
  type StoredLogLine,
} from '../../../src/jobs/run-log.ts'

function line(message: string): StoredLogLine {
  return { at: 0, level: 'info', message, fields: null, attempt: 1 }
}

describe('a log', () => {
  it('keeps lines in order', () => {
    const log = appendedLog(appendedLog(EMPTY_LOG, [line('a'), line('b')]), [line('c')])
    expect(log.lines.map(({ message }) => message)).toEqual(['a', 'b', 'c'])
    expect(log.dropped).toBe(0)
  })

  it('drops the oldest lines beyond 1,000 and counts them', () => {
    const lines = Array.from({ length: 1_234 }, (_, index) => line(String(index)))
    const log = appendedLog(EMPTY_LOG, lines)
    expect(log.lines).toHaveLength(MOST_LINES)
    expect(log.lines[0]?.message).toBe('234')
    expect(log.dropped).toBe(234)
    expect(appendedLog(log, [line('last')])).toMatchObject({ dropped: 235 })
  })

  it('drops the oldest lines beyond 64 KiB, in bytes', () => {
    const log = appendedLog(
      EMPTY_LOG,
      Array.from({ length: 100 }, () => line('\u20ac'.repeat(1_000))),
    )
    expect(Buffer.byteLength(log.lines.map(({ message }) => message).join(''))).toBeLessThanOrEqual(MOST_BYTES)
    expect(log.lines.length).toBe(21)
    expect(log.dropped).toBe(79)
  })

  it('keeps the last line however large it is', () => {
    const log = appendedLog(EMPTY_LOG, [line('small'), line('x'.repeat(100_000))])
    expect(log.lines).toHaveLength(1)
    expect(log.dropped).toBe(1)
  })

  it('tells how many of the lines added to it are stored, however many were dropped', () => {
    const before = appendedLog(EMPTY_LOG, [line('a'), line('b')])
    const added = [line('c'), line('d'), line('d')]
    for (const count of [0, 1, 2, 3]) {
      expect(linesStored(appendedLog(before, added.slice(0, count)), before, added)).toBe(count)
    }
    const many = Array.from({ length: 1_500 }, (_, index) => line(String(index)))
    expect(linesStored(appendedLog(before, many), before, [...many, line('more')])).toBe(1_500)
    // Somebody else's lines.
    expect(linesStored(appendedLog(EMPTY_LOG, [line('x')]), EMPTY_LOG, added)).toBe(0)
  })
})
