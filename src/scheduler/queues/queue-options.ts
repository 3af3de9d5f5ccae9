/** The option `queues`: which queues are served, in which order, with which shares, and how many runs of each at once. */

import { checkFields, checkInteger } from '../../core/validate.ts'
import { InvalidArgumentError } from '../../errors.ts'
import { checkId } from '../../jobs/options.ts'

/** A queue that is executed here. */
export interface QueueOptions {
  readonly name: string
  /**
   * Its share of the places for runs, beside the weights of the other queues: 1 to 1,000. As soon as one queue has a
   * weight, the others have 1. @default none: queues are served strictly in their order
   */
  readonly weight?: number
  /** Runs of the queue that may be at work in this process at once. @default as many as the executors take */
  readonly concurrency?: number
}

/** {@link QueueOptions}, resolved. */
export interface ServedQueue {
  readonly name: string
  readonly weight: number | null
  /** Infinite: no limit of its own. */
  readonly concurrency: number
}

/** @throws InvalidArgumentError */
export function resolveQueues(value: unknown, field: string): readonly ServedQueue[] {
  if (!Array.isArray(value)) {
    throw new InvalidArgumentError(field, value, 'must be a list of names, or of { name, weight?, concurrency? }')
  }
  if (value.length === 0) throw new InvalidArgumentError(field, value, 'must name at least one queue')
  // Not map(), which leaves out holes.
  const queues = Array.from(value, (item: unknown, index) => resolveQueue(item, `${field}[${index}]`))
  if (new Set(queues.map(({ name }) => name)).size === queues.length) return queues
  throw new InvalidArgumentError(field, value, 'must not name anything twice')
}

function resolveQueue(value: unknown, field: string): ServedQueue {
  if (typeof value !== 'object' || value === null) return { ...UNLIMITED, name: checkId(value, field) }
  const { name, weight, concurrency } = checkFields(value, field, ['name', 'weight', 'concurrency'])
  return {
    name: checkId(name, `${field}.name`),
    weight: weight === undefined ? null : checkInteger(weight, `${field}.weight`, 1, 1_000),
    concurrency:
      concurrency === undefined
        ? Number.POSITIVE_INFINITY
        : checkInteger(concurrency, `${field}.concurrency`, 1, 1_000_000),
  }
}

const UNLIMITED: Omit<ServedQueue, 'name'> = { weight: null, concurrency: Number.POSITIVE_INFINITY }

/** What is served unless the option says otherwise. */
export const DEFAULT_QUEUES: readonly ServedQueue[] = Object.freeze(
  ['critical', 'default', 'low'].map((name) => ({ ...UNLIMITED, name })),
)
