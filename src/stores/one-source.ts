/** A store is made from one of several: a URL, settings for its driver, or the user's own client. */

import { InvalidArgumentError } from '../errors.ts'

/**
 * Checks that one of these options is given, and no other. An error shows no value: it may hold a password.
 *
 * @param own - name of the option with the user's client
 * @throws InvalidArgumentError
 */
export function checkOneSource(fields: Readonly<Record<string, unknown>>, own: 'client' | 'pool'): void {
  const [first, second] = ['url', 'connection', own].filter((name) => fields[name] !== undefined)
  if (first === undefined) {
    throw new InvalidArgumentError('options.url', undefined, `must be given (or connection, or ${own})`)
  }
  if (second === undefined) return
  throw new InvalidArgumentError(`options.${second}`, '(hidden)', `must not be given with ${first}`)
}
