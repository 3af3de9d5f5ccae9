/** Values of every wrong kind, to be tried where they do not belong. */

class Instance {
  readonly #secret = 'hidden'

  reveal(): string {
    return this.#secret
  }
}

const cyclic: Record<string, unknown> = {}
cyclic['self'] = cyclic

/** An object whose one property throws when it is read. */
export function trap(key: string): object {
  return Object.defineProperty({}, key, {
    enumerable: true,
    get: () => {
      throw new Error('a getter threw')
    },
  })
}

/** Name -> value. None of them is right in any place but where a test says so. */
export const WRONG: Readonly<Record<string, unknown>> = {
  null: null,
  'not a number': Number.NaN,
  infinity: Number.POSITIVE_INFINITY,
  'a negative fraction': -1.5,
  'a huge number': 1e300,
  'an empty text': '',
  'a text with NUL': 'a\0b',
  'half a surrogate pair': '\ud800',
  'a megabyte of text': 'x'.repeat(1_000_000),
  'a megabyte of blanks': `${' '.repeat(1_000_000)}x`,
  'a symbol': Symbol('wrong'),
  'a big integer': 10n,
  'an invalid date': new Date(Number.NaN),
  'a list of nothing': [undefined],
  'a list with a hole': Object.assign([], { length: 2 }),
  'an object with a getter that throws': trap('anything'),
  'an object that refers to itself': cyclic,
  'an object with __proto__ as own key': JSON.parse('{ "__proto__": { "polluted": true } }'),
  'an object with the key constructor': { constructor: { prototype: { polluted: true } } },
  'a map': new Map([['id', 'x']]),
  'a promise': Promise.resolve({ id: 'x' }),
  'an instance of a class': new Instance(),
  'an object with a text method that throws': {
    toString: () => {
      throw new Error('toString() threw')
    },
  },
}
