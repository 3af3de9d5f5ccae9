/** Checked access to what was read from a store, which is not trusted: a field that does not fit is an error. */

import { CronwrightError } from '../errors.ts'

/** The fields of a decoded object. Every method throws a CronwrightError (`DESERIALIZATION`) for a wrong value. */
export class StoredFields {
  readonly #fields: Readonly<Record<string, unknown>>
  readonly #path: string

  /** @param path - what an error calls the object */
  constructor(value: unknown, path: string) {
    this.#fields = storedObject(value, path)
    this.#path = path
  }

  error(field: string, rule: string): CronwrightError {
    return malformed(`${this.#path}.${field}`, this.#fields[field], rule)
  }

  value(field: string): unknown {
    return this.#fields[field]
  }

  /** @param missing - what fields have that are not there */
  nested(field: string, missing?: Readonly<Record<string, unknown>>): StoredFields {
    const path = `${this.#path}.${field}`
    const value = this.#fields[field]
    return new StoredFields(missing === undefined ? value : { ...missing, ...storedObject(value, path) }, path)
  }

  nestedOrNull(field: string): StoredFields | null {
    return this.#fields[field] === null ? null : this.nested(field)
  }

  number(field: string): number {
    const value = this.#fields[field]
    if (typeof value !== 'number' || Number.isNaN(value)) throw this.error(field, 'must be a number')
    return value
  }

  boolean(field: string): boolean {
    const value = this.#fields[field]
    if (typeof value !== 'boolean') throw this.error(field, 'must be true or false')
    return value
  }

  numberOrNull(field: string): number | null {
    return this.#fields[field] === null ? null : this.number(field)
  }

  text(field: string): string {
    const value = this.#fields[field]
    if (typeof value !== 'string') throw this.error(field, 'must be text')
    return value
  }

  textOrNull(field: string): string | null {
    return this.#fields[field] === null ? null : this.text(field)
  }

  textIfAny(field: string): string | undefined {
    return this.#fields[field] === undefined ? undefined : this.text(field)
  }

  texts(field: string): readonly string[] {
    const value = this.#fields[field]
    if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) {
      throw this.error(field, 'must be a list of texts')
    }
    return value
  }

  numberListOrNull(field: string): readonly number[] | null {
    const value = this.#fields[field]
    if (value === null) return null
    if (!Array.isArray(value) || !value.every((item) => typeof item === 'number' && !Number.isNaN(item))) {
      throw this.error(field, 'must be a list of numbers')
    }
    return value
  }

  /** A list of objects, each read by `read`. */
  list<T>(field: string, read: (item: StoredFields) => T): readonly T[] {
    const value = this.#fields[field]
    if (!Array.isArray(value)) throw this.error(field, 'must be a list')
    return value.map((item, index) => read(new StoredFields(item, `${this.#path}.${field}[${index}]`)))
  }

  /** An object whose values are numbers. */
  numbers(field: string): Readonly<Record<string, number>> {
    const values = this.nested(field)
    const numbers: Record<string, number> = {}
    for (const name of values.names()) numbers[name] = values.number(name)
    return numbers
  }

  names(): readonly string[] {
    return Object.keys(this.#fields)
  }

  oneOf<T extends string>(field: string, allowed: readonly T[]): T {
    const value = allowed.find((item) => item === this.#fields[field])
    if (value === undefined) throw this.error(field, `must be one of ${allowed.join(', ')}`)
    return value
  }
}

/** @throws CronwrightError (`DESERIALIZATION`) */
export function storedObject(value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw malformed(path, value, 'must be an object')
  return value as Record<string, unknown>
}

function malformed(field: string, value: unknown, rule: string): CronwrightError {
  return new CronwrightError('DESERIALIZATION', `${field} ${rule}`, { details: { field, value: typeof value, rule } })
}
