/** Which errors are tried again: what an error is called, and whether a policy names it. */

import type { ErrorCode } from '../errors.ts'
import type { RetryPolicy } from './policy.ts'

/** The code by which an error says itself that it must not be tried again. */
const NON_RETRYABLE: ErrorCode = 'NON_RETRYABLE'

/** Causes of causes that are looked at. */
const DEPTH = 5

/**
 * Everything that a thrown value is called: its name and code, its classes, and those of its causes, so that `ECONNRESET`
 * finds what `fetch` wraps. Never throws.
 */
export function errorKinds(error: unknown): readonly string[] {
  const kinds = new Set<string>()
  try {
    let current = error
    for (let depth = 0; depth < DEPTH && current instanceof Error; depth += 1) {
      kinds.add(String(current.name))
      if ('code' in current && typeof current.code === 'string') kinds.add(current.code)
      for (const name of classNames(current)) kinds.add(name)
      current = current.cause
    }
  } catch {
    // An error that cannot be read has the names found so far.
  }
  return [...kinds]
}

function classNames(error: Error): string[] {
  const names: string[] = []
  let prototype: unknown = Object.getPrototypeOf(error)
  while (prototype instanceof Error || prototype === Error.prototype) {
    const made: unknown = prototype.constructor
    if (typeof made === 'function') names.push(made.name)
    prototype = Object.getPrototypeOf(prototype)
  }
  return names
}

/** Whether a policy tries again after an error with these {@link errorKinds}. */
export function isRetryable({ only, never }: RetryPolicy, kinds: readonly string[]): boolean {
  if (kinds.includes(NON_RETRYABLE)) return false
  if (kinds.some((kind) => never.includes(kind))) return false
  return only === null || kinds.some((kind) => only.includes(kind))
}
