/**
 * What a handler logs, made fit to be kept: plain JSON of bounded size without secrets, whatever the handler gave -
 * references to itself, getters that throw, a megabyte of text. Nothing here throws.
 */

import { describeValue, MASK, withoutAssignedSecrets } from '../core/describe.ts'

/** Keys whose values are never kept. */
const SECRET_KEY = /passw|passphrase|pwd|secret|token|credential|authorization|cookie|(?:api|private)[-_ ]?key/i
/** `scheme://user:password@host`. */
const URL_PASSWORD = /(:\/\/[^\s:/@]*:)[^\s/@]+@/g
const AUTHORIZATION = /\b(bearer|basic) +[\w.~+/=-]{8,}/gi
/** What some store cannot keep. */
const UNSTORABLE = /[\0\p{Surrogate}]/gu

const LONGEST_TEXT = 4_000
const MOST_ITEMS = 100
const DEEPEST = 6
/** Characters kept of the fields of one line, about. */
const LARGEST = 8_000

const CUT = '[cut]'
const CIRCULAR = '[circular]'
const UNREADABLE = '[unreadable]'

/** A text as it is kept: at most 4,000 characters, and no password that can be told. */
export function storableText(text: string): string {
  const kept = text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}${CUT}` : text
  const masked = kept.replace(URL_PASSWORD, `$1${MASK}@`).replace(AUTHORIZATION, `$1 ${MASK}`)
  return withoutAssignedSecrets(masked).replace(UNSTORABLE, '\uFFFD')
}

/** The fields of a line as they are kept; null where there are none. */
export function storableFields(fields: object): Readonly<Record<string, unknown>> | null {
  const kept = new Keeper().object(fields, [])
  return Object.keys(kept).length === 0 ? null : kept
}

class Keeper {
  #left = LARGEST

  object(value: object, above: readonly object[]): Record<string, unknown> {
    const kept: Record<string, unknown> = {}
    const inside = [...above, value]
    for (const [key, read] of entriesOf(value)) {
      if (this.#left <= 0 || Object.keys(kept).length >= MOST_ITEMS) {
        kept['...'] = CUT
        break
      }
      const item = attempt(read)
      if (item === undefined) continue
      const name = storableText(key)
      this.#left -= name.length + 4
      const isSecret = SECRET_KEY.test(key) && item !== null && typeof item !== 'boolean'
      const safe = isSecret ? MASK : this.#value(item, inside)
      Object.defineProperty(kept, name, { value: safe, enumerable: true, configurable: true, writable: true })
    }
    return kept
  }

  #value(value: unknown, above: readonly object[]): unknown {
    this.#left -= 8
    switch (typeof value) {
      case 'string':
        return this.#text(value)
      case 'number':
        // JSON has no -0; a sum with 0 is none either.
        return Number.isFinite(value) ? value + 0 : String(value)
      case 'boolean':
        return value
      case 'bigint':
        return this.#text(String(value))
      case 'object':
        return value === null ? null : (attempt(() => this.#inside(value, above)) ?? null)
      default:
        return `[${describeValue(value)}]`
    }
  }

  #text(value: string): string {
    const room = Math.max(0, this.#left)
    const text = storableText(value.length > room ? `${value.slice(0, room)}${CUT}` : value)
    this.#left -= text.length
    return text
  }

  #inside(value: object, above: readonly object[]): unknown {
    if (above.includes(value)) return CIRCULAR
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
    if (ArrayBuffer.isView(value) || above.length >= DEEPEST) return `[${describeValue(value)}]`
    if (Array.isArray(value)) return this.#list(value, above)
    if (value instanceof Set) return this.#list([...value], above)
    if ('toJSON' in value && typeof value.toJSON === 'function') return this.#value(value.toJSON(), [...above, value])
    return this.object(value, above)
  }

  #list(items: readonly unknown[], above: readonly object[]): unknown[] {
    const kept: unknown[] = []
    const inside = [...above, items]
    for (const item of items) {
      if (this.#left <= 0 || kept.length >= MOST_ITEMS) {
        kept.push(CUT)
        break
      }
      kept.push(item === undefined ? null : this.#value(item, inside))
    }
    return kept
  }
}

/** Keys, and how to read what is under each. An error has its name, message and stack beside its own fields. */
function entriesOf(value: object): Iterable<readonly [string, () => unknown]> {
  if (value instanceof Map) return [...value].map(([key, item]) => [String(key), () => item] as const)
  const keys = attempt(() => Object.keys(value).slice(0, MOST_ITEMS + 1))
  if (!Array.isArray(keys)) return [['...', () => UNREADABLE]]
  const names = value instanceof Error ? new Set(['name', 'message', ...keys, 'stack', 'cause']) : keys
  return Array.from(names, (key) => [key, () => Reflect.get(value, key)] as const)
}

function attempt(read: () => unknown): unknown {
  try {
    return read()
  } catch {
    return UNREADABLE
  }
}
