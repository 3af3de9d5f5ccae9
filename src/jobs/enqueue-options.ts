/** Options of `enqueue`: checked and resolved. */

import { type Duration, parseDuration } from '../core/duration.ts'
import { checkInstant, checkOptions } from '../core/validate.ts'
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
}

const SHARED_KEYS = ['store', 'queue', 'priority', 'executor', 'timeout', 'retry', 'onCrash', 'history'] as const

export interface ResolvedEnqueue {
  readonly id: string | undefined
  /** Epoch ms. */
  readonly dueAt: number
  readonly resolved: ResolvedDefaults
}

/** @throws InvalidArgumentError */
export function resolveEnqueue(value: unknown, base: ResolvedDefaults, now: number): ResolvedEnqueue {
  const { id, delay, runAt, ...shared } = checkOptions(value, 'options', [...SHARED_KEYS, 'id', 'delay', 'runAt'])
  if (delay !== undefined && runAt !== undefined) {
    throw new InvalidArgumentError('options.delay', delay, 'must not be given together with runAt')
  }
  return {
    id: id === undefined ? undefined : checkId(id, 'options.id'),
    dueAt:
      runAt === undefined
        ? now + parseDuration(delay === undefined ? 0 : delay, 'options.delay')
        : checkInstant(runAt, 'options.runAt'),
    resolved: resolveDefaults(shared, base, 'options'),
  }
}
