import { describe, expect, test } from 'vitest'
import {
  checkBoolean,
  checkFields,
  checkInstant,
  checkInteger,
  checkNumber,
  checkObject,
  checkOneOf,
  checkText,
  checkTexts,
  checkTimezone,
} from '../../../src/core/validate.ts'

/** An error that names this field and value. */
function refusal(field: string, value: unknown): unknown {
  return expect.objectContaining({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining(`${field}: `),
    details: expect.objectContaining({ field, value, rule: expect.stringMatching(/^must/) }),
  })
}

describe('checkFields and checkObject', () => {
  test('give the object back', () => {
    const fields = { a: 1 }
    expect(checkFields(fields, 'options', ['a', 'b'])).toBe(fields)
  })

  test('a key that is not known is refused by name, with the names that are', () => {
    expect(() => checkFields({ a: 1, timeuot: 5 }, 'options', ['a', 'timeout'])).toThrow(refusal('options.timeuot', 5))
    expect(() => checkFields({ timeuot: 5 }, 'options', ['a', 'timeout'])).toThrow(/one of the options a, timeout/)
  })

  test('__proto__ as an own key is a key like any other', () => {
    expect(() => checkFields(JSON.parse('{"__proto__":{"a":1}}'), 'options', ['a'])).toThrow(/options\.__proto__/)
  })

  test.each([[undefined], [null], [1], ['text'], [[]], [() => 1]])('%s is no object', (value) => {
    expect(() => checkObject(value, 'options')).toThrow(refusal('options', value))
  })
})

describe('checkText', () => {
  test('takes text up to its maximum', () => {
    expect(checkText('ab', 'name', 2)).toBe('ab')
  })

  test.each([[''], ['abc'], [5], [null], [undefined], [new String('a')]])('%j is refused', (value) => {
    expect(() => checkText(value, 'name', 2)).toThrow(refusal('name', value))
  })
})

describe('checkTexts', () => {
  test('takes a list of different texts', () => {
    expect(checkTexts(['a', 'b'], 'tags')).toEqual(['a', 'b'])
    expect(checkTexts([], 'tags')).toEqual([])
  })

  test('names the place of a wrong text', () => {
    expect(() => checkTexts(['a', 5], 'tags')).toThrow(refusal('tags[1]', 5))
  })

  test('refuses what comes twice, and what is no list', () => {
    const twice = ['a', 'a']
    expect(() => checkTexts(twice, 'tags')).toThrow(refusal('tags', twice))
    expect(() => checkTexts('a', 'tags')).toThrow(refusal('tags', 'a'))
  })
})

describe('numbers', () => {
  test('are taken from their minimum to their maximum', () => {
    expect([checkInteger(1, 'n', 1, 3), checkInteger(3, 'n', 1, 3)]).toEqual([1, 3])
    expect([checkNumber(0.5, 'n', 0.5, 1), checkNumber(1, 'n', 0.5, 1)]).toEqual([0.5, 1])
  })

  test.each([[0], [4], [1.5], ['2'], [2n], [Number.NaN], [Number.POSITIVE_INFINITY], [null]])(
    '%s is no whole number from 1 to 3',
    (value) => {
      expect(() => checkInteger(value, 'n', 1, 3)).toThrow(refusal('n', value))
    },
  )

  test.each([[-0.1], [1.1], ['0.5'], [Number.NaN], [Number.NEGATIVE_INFINITY]])(
    '%s is no number from 0 to 1',
    (value) => {
      expect(() => checkNumber(value, 'n', 0, 1)).toThrow(refusal('n', value))
    },
  )
})

describe('checkBoolean and checkOneOf', () => {
  test('take nothing that merely looks like it', () => {
    expect(checkBoolean(false, 'paused')).toBe(false)
    for (const value of [0, 1, 'true', null, undefined]) {
      expect(() => checkBoolean(value, 'paused')).toThrow(refusal('paused', value))
    }
    expect(checkOneOf('b', 'onCrash', ['a', 'b'])).toBe('b')
    expect(() => checkOneOf('B', 'onCrash', ['a', 'b'])).toThrow(/must be one of a, b/)
    expect(() => checkOneOf('toString', 'onCrash', ['a', 'b'])).toThrow(refusal('onCrash', 'toString'))
  })
})

describe('checkInstant', () => {
  const noon = Date.UTC(2026, 2, 29, 12)

  test.each([
    [new Date(noon)],
    [noon],
    ['2026-03-29T12:00:00Z'],
    ['2026-03-29T12:00Z'],
    ['2026-03-29T12:00:00.000Z'],
    ['2026-03-29T15:00:00+03:00'],
    ['2026-03-29T15:00:00+0300'],
    ['2026-03-29T08:30:00-03:30'],
    ['+002026-03-29T12:00:00Z'],
  ])('%s is an instant', (value) => {
    expect(checkInstant(value, 'at')).toBe(noon)
  })

  test('29 February is a day of leap years only', () => {
    expect(checkInstant('2028-02-29T00:00:00Z', 'at')).toBe(Date.UTC(2028, 1, 29))
    expect(() => checkInstant('2026-02-29T00:00:00Z', 'at')).toThrow(refusal('at', '2026-02-29T00:00:00Z'))
  })

  test.each([
    ['2026-03-29'],
    ['2026-03-29T12:00:00'],
    ['2026-03-29 12:00:00Z'],
    ['29 March 2026 12:00 UTC'],
    ['2026-02-30T00:00:00Z'],
    ['2026-04-31T00:00:00+02:00'],
    ['2026-13-01T00:00:00Z'],
    ['2026-00-10T00:00:00Z'],
    ['2026-03-29T25:00:00Z'],
    ['12026-03-29T12:00:00Z'],
    ['tomorrow'],
    [''],
    [new Date(Number.NaN)],
    [Number.NaN],
    [1.5],
    [8.64e15 + 1],
    [null],
    [{}],
  ])('%s is no instant', (value) => {
    expect(() => checkInstant(value, 'at')).toThrow(refusal('at', value))
  })
})

describe('checkTimezone', () => {
  test('takes IANA names that Node knows', () => {
    expect(checkTimezone('Europe/Athens', 'timezone')).toBe('Europe/Athens')
    expect(checkTimezone('UTC', 'timezone')).toBe('UTC')
  })

  test.each([['Europe/Atlantis'], [''], [7], ['local']])('%j is refused', (value) => {
    expect(() => checkTimezone(value, 'timezone')).toThrow(refusal('timezone', value))
  })
})
