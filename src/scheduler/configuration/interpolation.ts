/**
 * Puts environment variables into the texts of a configuration: `${NAME}`, or `${NAME:-default}` for one that may be
 * missing or empty.
 */

import { readable } from '../../core/validate.ts'
import { InvalidArgumentError } from '../../errors.ts'

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>

const REFERENCE = /\$\{([^}]*)\}?/g
const NAME_AND_DEFAULT = /^([A-Za-z_]\w*)(?::-(.*))?$/s

/** Deeper than any configuration; one that refers to itself comes here. */
const MAX_DEPTH = 20

/** Values shorter than this are part of other texts by chance. */
const SHORTEST_HIDDEN = 6

export class Interpolation {
  readonly #environment: Environment
  readonly #onProblem: (error: InvalidArgumentError) => void
  /** Value of a variable that was put in -> the reference to it. */
  readonly #references = new Map<string, string>()

  /** @param onProblem - called for each reference that stands for nothing */
  constructor(environment: Environment, onProblem: (error: InvalidArgumentError) => void) {
    this.#environment = environment
    this.#onProblem = onProblem
  }

  /**
   * The value with every reference in it replaced. Objects of a class are left as they are.
   *
   * @throws InvalidArgumentError when it cannot be read to its end
   */
  of(value: unknown, path = '', depth = 0): unknown {
    if (typeof value === 'string') return this.#text(value, path)
    if (typeof value !== 'object' || value === null) return value
    const field = path === '' ? 'configuration' : path
    if (depth > MAX_DEPTH) {
      throw new InvalidArgumentError(field, value, `must not be deeper than ${MAX_DEPTH} levels, or refer to itself`)
    }
    if (Array.isArray(value)) return value.map((item, index) => this.of(item, `${path}[${index}]`, depth + 1))
    if (!isPlain(value)) return value
    const entries = readable(field, value, () => Object.entries(value))
    return Object.fromEntries(
      entries.map(([key, item]) => [key, this.of(item, path === '' ? key : `${path}.${key}`, depth + 1)]),
    )
  }

  /** A text with the values of variables taken out again, so that an error shows the name and not the password. */
  withReferences(text: string): string {
    let shown = this.#references.get(text) ?? text
    for (const [value, reference] of this.#references) {
      if (value.length >= SHORTEST_HIDDEN) shown = shown.replaceAll(value, reference)
    }
    return shown
  }

  #text(text: string, path: string): string {
    return text.replace(REFERENCE, (reference: string, inner: string) => {
      const [, name, fallback] = NAME_AND_DEFAULT.exec(inner) ?? []
      if (name === undefined || !reference.endsWith('}')) {
        return this.#refuse(path, reference, `must be \${NAME} or \${NAME:-default}`)
      }
      const found = Object.hasOwn(this.#environment, name) ? this.#environment[name] : undefined
      if (found === undefined || (found === '' && fallback !== undefined)) {
        return fallback ?? this.#refuse(path, reference, `must name a set environment variable, and ${name} is not`)
      }
      this.#references.set(found, reference)
      return found
    })
  }

  #refuse(path: string, reference: string, rule: string): string {
    this.#onProblem(new InvalidArgumentError(path === '' ? 'configuration' : path, reference, rule))
    return reference
  }
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
