import { deepStrictEqual } from 'node:assert'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SerializationError } from '../../../src/errors.ts'
import { copyValue, jsonSerializer } from '../../../src/jobs/serializer.ts'

function roundTrip(value: unknown): unknown {
  return jsonSerializer.decode(jsonSerializer.encode(value))
}

/** Values of every kind that can be kept, with keys and texts that try to be taken for something else. */
const { value: anything } = fc.letrec<{ value: unknown }>((tie) => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('$cw', '__proto__', 'constructor', 'toJSON', ''))
  const inner = tie('value')
  return {
    value: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      text,
      fc.boolean(),
      fc.constantFrom(null, undefined, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0),
      fc.double(),
      fc.integer(),
      fc.bigInt(),
      fc.date({ noInvalidDate: true }),
      fc.uint8Array({ maxLength: 8 }),
      fc.array(inner, { maxLength: 4 }),
      fc.array(fc.tuple(inner, inner), { maxLength: 3 }).map((entries) => new Map(entries)),
      fc.array(inner, { maxLength: 3 }).map((items) => new Set(items)),
      fc.array(fc.tuple(text, inner), { maxLength: 4 }).map((entries) => objectOf(entries)),
    ),
  }
})

/** A plain object with these own keys, `__proto__` among them. */
function objectOf(entries: readonly (readonly [string, unknown])[]): object {
  const object = {}
  for (const [key, value] of entries) {
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true })
  }
  return object
}

describe('values that are kept', () => {
  test.each([
    ['a date', new Date(1_234)],
    ['an invalid date', new Date(Number.NaN)],
    [
      'a map with keys of any kind',
      new Map<unknown, unknown>([
        [{ a: 1 }, [1]],
        [[2], new Map([[3, 4]])],
      ]),
    ],
    ['a set', new Set([1, new Set(['x']), undefined])],
    ['a big integer', -12_345_678_901_234_567_890n],
    ['bytes', new Uint8Array([0, 127, 255])],
    ['undefined', undefined],
    ['undefined in a list and in a field', { list: [undefined, 1], field: undefined }],
    ['not a number', Number.NaN],
    ['infinity', [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]],
    ['negative zero', [-0, 0]],
    ['half a surrogate pair', '\ud800'],
    ['an empty object', {}],
    ['an object with the key of a tag', { $cw: ['date', 0] }],
    ['an object with the key of a tag among others', { a: 1, $cw: { $cw: new Date(0) }, b: [{ $cw: 1 }] }],
    ['an object with a field named toJSON', { toJSON: 'a text' }],
  ])('%s', (_name, value) => {
    expect(roundTrip(value)).toStrictEqual(value)
    expect(copyValue(value)).toStrictEqual(value)
  })

  test('an own key __proto__ stays a key and changes no prototype', () => {
    const value: unknown = JSON.parse('{"__proto__":{"isAdmin":true},"a":1}')
    for (const back of [roundTrip(value), copyValue(value)]) {
      expect(Object.getPrototypeOf(back)).toBe(Object.prototype)
      expect(Object.entries(back as object)).toEqual([
        ['__proto__', { isAdmin: true }],
        ['a', 1],
      ])
      expect((back as { isAdmin?: boolean }).isAdmin).toBeUndefined()
    }
  })

  test('text written by somebody else can set no prototype either', () => {
    for (const text of ['{"__proto__":{"x":1}}', '{"$cw":["object",[["__proto__",{"x":1}]]]}']) {
      expect((jsonSerializer.decode(text) as { x?: number }).x).toBeUndefined()
    }
  })

  test('a Buffer comes back as bytes, also one that is a part of a larger one', () => {
    const part = Buffer.from('0123456789').subarray(3, 5)
    expect(roundTrip(part)).toStrictEqual(new Uint8Array([51, 52]))
  })

  test('an object without a prototype comes back as a plain one', () => {
    expect(roundTrip(Object.assign(Object.create(null), { a: 1 }))).toStrictEqual({ a: 1 })
  })

  test('an instance with toJSON is kept as that says', () => {
    expect(roundTrip(new URL('https://example.com/a'))).toBe('https://example.com/a')
    expect(roundTrip({ toJSON: undefined })).toStrictEqual({ toJSON: undefined })
  })

  test('whatever can be written is read back the same, and a copy is the same', () => {
    fc.assert(
      // Not toStrictEqual, which takes an own field named constructor for the class.
      fc.property(anything, (value) => {
        deepStrictEqual(roundTrip(value), value)
        deepStrictEqual(copyValue(value), value)
      }),
      { numRuns: 1_000 },
    )
  })

  test('plain JSON is written as JSON, so that people and other programs can read it', () => {
    const value = { to: 'a@b.c', count: 3, deep: { list: [1, null, true] } }
    expect(jsonSerializer.encode(value)).toBe(JSON.stringify(value))
  })
})

describe('values that are refused', () => {
  class Account {
    readonly balance = 1
  }

  test.each([
    ['a function', { on: { click: () => 1 } }, '$.on.click'],
    ['a symbol', [Symbol('x')], '$[0]'],
    ['an instance of a class', { account: new Account() }, '$.account'],
    ['an error', new Error('x'), '$'],
    ['a regular expression', /x/, '$'],
    ['a promise', { value: Promise.resolve(1) }, '$.value'],
    ['a weak map', new WeakMap(), '$'],
    ['other typed arrays', new Float64Array(1), '$'],
    ['a function in a map', new Map([['a', () => 1]]), '$[1]'],
  ])('%s, with the path to it', (_name, value, path) => {
    for (const write of [jsonSerializer.encode, copyValue]) {
      expect(() => write(value)).toThrow(SerializationError)
      expect(() => write(value)).toThrow(
        expect.objectContaining({ code: 'SERIALIZATION', details: expect.objectContaining({ field: path }) }),
      )
    }
  })

  test('a class is named in the error', () => {
    expect(() => jsonSerializer.encode(new Account())).toThrow(
      /an instance of Account without toJSON\(\) cannot be stored/,
    )
  })

  test.each([
    [
      'an object that holds itself',
      () => {
        const value: Record<string, unknown> = {}
        value['self'] = value
        return value
      },
    ],
    [
      'a list that holds itself twice',
      () => {
        const value: unknown[] = []
        value.push(value, value)
        return value
      },
    ],
    [
      'a map that holds itself',
      () => {
        const value = new Map<string, unknown>()
        return value.set('self', value)
      },
    ],
    [
      'an object whose toJSON gives itself',
      () =>
        new (class {
          toJSON(): unknown {
            return this
          }
        })(),
    ],
  ])('%s, at once', (_name, make) => {
    expect(() => jsonSerializer.encode(make())).toThrow(/nested deeper than 200 levels \(or refer to itself\)/)
  })

  test('200 levels are kept, 201 are refused', () => {
    const nested = (levels: number): unknown => (levels === 0 ? 'end' : [nested(levels - 1)])
    expect(roundTrip(nested(201))).toStrictEqual(nested(201))
    expect(() => roundTrip(nested(202))).toThrow(SerializationError)
  })
})

describe('text that cannot be read', () => {
  test.each([['{'], [''], ['{"$cw":["regexp","x"]}'], ['{"$cw":5}'], ['{"$cw":["bigint","x"]}']])(
    '%j throws',
    (text) => {
      expect(() => jsonSerializer.decode(text)).toThrow()
    },
  )

  test('a tag of a later version is an error with a code', () => {
    expect(() => jsonSerializer.decode('{"$cw":["temporal","x"]}')).toThrow(
      expect.objectContaining({ code: 'DESERIALIZATION', message: 'unknown tag temporal in a stored value' }),
    )
  })
})

test('a copy shares nothing with the value it was made of', () => {
  const value = { list: [{ a: 1 }], map: new Map([['k', { b: 1 }]]), at: new Date(1), bytes: new Uint8Array([1]) }
  const copy = copyValue(value)
  value.list[0] = { a: 2 }
  value.map.set('k', { b: 2 })
  value.at.setTime(2)
  value.bytes[0] = 2
  expect(copy).toStrictEqual({
    list: [{ a: 1 }],
    map: new Map([['k', { b: 1 }]]),
    at: new Date(1),
    bytes: new Uint8Array([1]),
  })
})
