/** Options of `enqueue`: checked and resolved. */

import { type Duration, parseDuration } from '../core/duration.ts'
import { checkFields, checkInstant, checkOptions, checkText } from '../core/validate.ts'
import { InvalidArgumentError } from '../errors.ts'
import { checkId, type JobDefaults, type ResolvedDefaults, resolveDefaults } from './options.ts'

/** Options of `enqueue` and `enqueueMany`. */
export interface EnqueueOptions
  extends Pick<JobDefaults, 'store' | 'queue' | 'priority' | 'executor' | 'timeout' | 'retry' | 'onCrash' | 'history'> {
  /** Id of the run; one that is taken is refused (`CONFLICTING_ID`). Only for a single input. @default 32 random hexadecimal digits */
  readonly id?: string
  /** How long the run waits before it is due. @default 0 */
  readonly delay?: Duration
  /** When the run is due; instead of `delay`. */
  readonly runAt?: Date | string | number
  /**
   * A key of which the function has one run at a time: while the run that has it is not over, and for `within` after it
   * was enqueued, enqueueing again gives that run instead of adding one. Only for a single input.
   */
  readonly unique?: string | UniqueOptions
}

/** A key that keeps a second run like the first from being enqueued. */
export interface UniqueOptions {
  /** 1 to 1,000 characters. Each function has keys of its own. */
  readonly key: string
  /** How long the key is taken even when its run is over. @default 0 */
  readonly within?: Duration
}

/** {@link UniqueOptions}, resolved. */
export interface ResolvedUnique {
  readonly key: string
  readonly withinMs: number
}

const SHARED_KEYS = ['store', 'queue', 'priority', 'executor', 'timeout', 'retry', 'onCrash', 'history'] as const

export interface ResolvedEnqueue {
  readonly id: string | undefined
  /** When the run is due: at an instant (epoch ms), or so many milliseconds from now. */
  readonly due: { readonly at: number } | { readonly delayMs: number }
  readonly unique: ResolvedUnique | undefined
  readonly resolved: ResolvedDefaults
}

const KEYS = [...SHARED_KEYS, 'id', 'delay', 'runAt', 'unique'] as const

/** @throws InvalidArgumentError */
export function resolveEnqueue(value: unknown, base: ResolvedDefaults): ResolvedEnqueue {
  const { id, delay, runAt, unique, ...shared } = checkOptions(value, 'options', KEYS)
  if (delay !== undefined && runAt !== undefined) {
    throw new InvalidArgumentError('options.delay', delay, 'must not be given together with runAt')
  }
  if (unique !== undefined && id !== undefined) {
    throw new InvalidArgumentError('options.id', id, 'must not be given together with unique')
  }
  return {
    id: id === undefined ? undefined : checkId(id, 'options.id'),
    due:
      runAt === undefined
        ? { delayMs: parseDuration(delay === undefined ? 0 : delay, 'options.delay') }
        : { at: checkInstant(runAt, 'options.runAt') },
    unique: unique === undefined ? undefined : resolveUnique(unique),
    resolved: resolveDefaults(shared, base, 'options'),
  }
}

function resolveUnique(value: unknown): ResolvedUnique {
  if (typeof value === 'string') return { key: checkText(value, 'options.unique'), withinMs: 0 }
  const { key, within = 0 } = checkFields(value, 'options.unique', ['key', 'within'])
  return {
    key: checkText(key, 'options.unique.key'),
    withinMs: parseDuration(within, 'options.unique.within'),
  }
}
