import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MAX_DURATION_MS, MILLISECONDS, parseDuration } from '../../../src/core/duration.ts'

describe('FD-09 durations', () => {
  test.each([
    ['100ms', 100],
    ['10s', 10_000],
    ['30s', 30_000],
    ['5m', 300_000],
    ['1h', 3_600_000],
    ['2d', 172_800_000],
    ['1w', 604_800_000],
    ['1h30m', 5_400_000],
    ['1d2h3m4s5ms', 93_784_005],
    ['1.5h', 5_400_000],
    ['0.25s', 250],
    ['0s', 0],
    [0, 0],
    [1_500, 1_500],
    ['1.4ms', 1],
    [1.6, 2],
  ])('%j is %d ms', (value, ms) => {
    expect(parseDuration(value, 'timeout')).toBe(ms)
  })

  test.each([
    '',
    ' ',
    '5',
    's',
    'm5',
    '5 m',
    ' 5m',
    '5m ',
    '5M',
    '-5m',
    '+5m',
    '5m30',
    '5mm',
    '5x',
    '1.h',
    '.5h',
    '1e3s',
    '5m, 3s',
    'PT5M',
    '٣s',
  ])('the text %j is refused', (text) => {
    expect(() => parseDuration(text, 'timeout')).toThrow(/^timeout: must be milliseconds or a duration such as/)
  })

  test.each([[undefined], [null], [true], [{}], [[5]], [5n], [Number.NaN], [new Date(5)]])(
    '%s is no duration',
    (value) => {
      expect(() => parseDuration(value, 'timeout')).toThrow(/^timeout: must be milliseconds or a duration such as/)
    },
  )

  test.each([
    [-1, 0],
    [0, 1],
    [0.6, 1],
    [MAX_DURATION_MS + 1, 0],
    [Number.POSITIVE_INFINITY, 0],
    [`${'9'.repeat(400)}s`, 0],
    ['101000w', 0],
  ])('%j is out of range when at least %d ms are wanted', (value, minimum) => {
    expect(() => parseDuration(value, 'timeout', minimum)).toThrow(`must be between ${minimum} and ${MAX_DURATION_MS}`)
  })

  test.each([
    ['00:00:15', 15_000],
    ['00:00:00', 0],
    ['01:00:00', 3_600_000],
    ['23:59:59.999', 86_399_999],
    ['00:00:00.5', 500],
    ['00:00:01.2345678', 1_235],
    ['1.00:00:00', 86_400_000],
    ['30.00:00:00', 30 * 86_400_000],
    ['2.03:04:05.006', 183_845_006],
  ])('ZJ-27 the .NET form %j is %d ms', (value, ms) => {
    expect(parseDuration(value, 'timeout')).toBe(ms)
  })

  test.each([
    '0:00:15',
    '00:15',
    '00:00:5',
    '24:00:00',
    '00:60:00',
    '00:00:60',
    '00:00:00.',
    '00:00:00.12345678',
    '.00:00:00',
    '1:00:00:00',
    '-00:00:15',
    ' 00:00:15',
    '00:00:15 ',
    '00:00:15s',
    '1d00:00:15',
    '999999999.00:00:00',
    '00:00:1٣',
  ])('the text %j is not quite the .NET form', (text) => {
    expect(() => parseDuration(text, 'timeout')).toThrow(/^timeout: must be milliseconds or a duration such as/)
  })

  test('an error names the field, the value and the rule', () => {
    expect(() => parseDuration('soon', 'options.timeout')).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        details: expect.objectContaining({ field: 'options.timeout', value: 'soon' }),
      }),
    )
  })

  test('the longest duration is accepted and stays exact when it is added to an instant', () => {
    expect(parseDuration(MAX_DURATION_MS, 'maxAge')).toBe(MAX_DURATION_MS)
    expect(Number.isSafeInteger(8.64e15 + MAX_DURATION_MS)).toBe(true)
  })

  test('a sum of parts is the sum of their milliseconds', () => {
    const unit = fc.constantFrom(...(Object.keys(MILLISECONDS) as (keyof typeof MILLISECONDS)[]))
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(99), unit), { minLength: 1, maxLength: 6 }), (parts) => {
        const text = parts.map(([count, name]) => `${count}${name}`).join('')
        const sum = parts.reduce((total, [count, name]) => total + count * MILLISECONDS[name], 0)
        expect(parseDuration(text, 'timeout')).toBe(sum)
      }),
    )
  })

  test('a text that was refused does not disturb the next one', () => {
    expect(() => parseDuration('5m!', 'timeout')).toThrow()
    expect(parseDuration('5m', 'timeout')).toBe(300_000)
  })
})
