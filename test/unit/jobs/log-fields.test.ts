/** What is kept of log lines: never more than fits, never a secret, and nothing makes it throw. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { storableFields, storableText } from '../../../src/jobs/log-fields.ts'

describe('fields of a line', () => {
  it('plain data is kept as it is', () => {
    const fields = { text: 'a', number: 1.5, flag: true, nothing: null, list: [1, { deep: 'b' }] }
    expect(storableFields(fields)).toEqual(fields)
  })

  it('what JSON does not know becomes text', () => {
    const fields = {
      at: new Date(0),
      never: new Date(Number.NaN),
      big: 12n,
      notANumber: Number.NaN,
      minusZero: -0,
      call: () => 0,
      bytes: new Uint8Array(3),
      set: new Set([1, 'a']),
      map: new Map([['key', 2]]),
      own: { toJSON: () => ({ as: 'it says' }) },
      left: undefined,
    }
    expect(storableFields(fields)).toEqual({
      at: '1970-01-01T00:00:00.000Z',
      never: 'Invalid Date',
      big: '12',
      notANumber: 'NaN',
      minusZero: 0,
      call: '[function call]',
      bytes: '[an instance of Uint8Array]',
      set: [1, 'a'],
      map: { key: 2 },
      own: { as: 'it says' },
    })
  })

  it('an error keeps its name, message, stack, cause and own fields', () => {
    const error = Object.assign(new RangeError('too far', { cause: new Error('because') }), { code: 'E_FAR' })
    expect(storableFields({ err: error })).toEqual({
      err: {
        name: 'RangeError',
        message: 'too far',
        code: 'E_FAR',
        stack: expect.stringContaining('too far'),
        cause: { name: 'Error', message: 'because', stack: expect.any(String) },
      },
    })
  })

  it.each([
    'password',
    'userPasswd',
    'access_token',
    'clientSecret',
    'Authorization',
    'set-cookie',
    'apiKey',
    'api_key',
    'private-key',
    'credentials',
  ])('the value under %s is masked, however deep', (key) => {
    expect(storableFields({ [key]: 'hidden', deep: { list: [{ [key]: { of: 'hidden' } }] } })).toEqual({
      [key]: '***',
      deep: { list: [{ [key]: '***' }] },
    })
  })

  it('a name that only begins like a secret is not masked', () => {
    expect(storableFields({ passed: 3, passenger: 'Ada', bypass: 'x' })).toEqual({
      passed: 3,
      passenger: 'Ada',
      bypass: 'x',
    })
  })

  it('a value that holds itself, a getter that throws, and a proxy that throws at everything are marked', () => {
    const circle: Record<string, unknown> = { name: 'circle' }
    circle['self'] = circle
    circle['list'] = [circle]
    const angry = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('no')
        },
        getPrototypeOf: () => {
          throw new Error('no')
        },
      },
    )
    const fields = {
      circle,
      get broken() {
        throw new Error('no')
      },
      angry,
    }
    expect(storableFields(fields)).toEqual({
      circle: { name: 'circle', self: '[circular]', list: ['[circular]'] },
      broken: '[unreadable]',
      angry: '[unreadable]',
    })
  })

  it('no line is larger than a few kilobytes', () => {
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`key${index}`, 'x'.repeat(50)]))
    const deep: Record<string, unknown> = {}
    let at = deep
    for (let level = 0; level < 1_000; level += 1) {
      const next = {}
      at['next'] = next
      at = next
    }
    for (const fields of [
      { text: 'x'.repeat(1_000_000) },
      many,
      { many, deep },
      { list: Array(100_000).fill('abc') },
    ]) {
      expect(JSON.stringify(storableFields(fields)).length).toBeLessThan(12_000)
    }
    expect(JSON.stringify(storableFields({ text: 'x'.repeat(1_000_000) }))).toContain('[cut]')
    expect(JSON.stringify(storableFields(many))).toContain('[cut]')
  })

  it('no fields are null', () => {
    expect(storableFields({})).toBeNull()
  })

  it('whatever is logged, what is kept is plain JSON and nothing throws', () => {
    fc.assert(
      fc.property(fc.object({ withBigInt: true, withDate: true, withMap: true, withSet: true }), (fields) => {
        const kept = storableFields(fields)
        expect(JSON.parse(JSON.stringify(kept))).toEqual(kept)
      }),
    )
  })
})

describe('text of a line', () => {
  it.each([
    ['postgres://app:hunter2@db/jobs is down', 'postgres://app:***@db/jobs is down'],
    ['sent Authorization: Bearer abcdef0123456789', 'sent Authorization: Bearer ***'],
    ['login with password=hunter2 failed', 'login with password=*** failed'],
    ['GET http://host:8080/path by a@b.c', 'GET http://host:8080/path by a@b.c'],
    ['passed 3 of 4', 'passed 3 of 4'],
  ])('%s', (text, kept) => {
    expect(storableText(text)).toBe(kept)
  })

  it('characters that some store cannot keep are replaced', () => {
    expect(storableText('a\0b\ud800c')).toBe('a\ufffdb\ufffdc')
  })

  it('a long text is cut', () => {
    expect(storableText('x'.repeat(100_000)).length).toBeLessThan(4_100)
  })
})
