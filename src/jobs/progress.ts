/** What a handler says about how far it is, checked: progress, counts, checkpoints. */

import { checkNumber, checkText } from '../core/validate.ts'
import { InvalidArgumentError, SerializationError } from '../errors.ts'
import type { RunProgress } from './run.ts'
import { jsonSerializer } from './serializer.ts'

const MESSAGE_LIMIT = 4_000
const COUNTER_NAME_LIMIT = 100
/** Counters of one run. */
export const MOST_COUNTERS = 100
/** Bytes of an encoded checkpoint. */
export const MOST_CHECKPOINT_BYTES = 1_024 * 1_024

/**
 * The arguments of `run.progress` as they are kept.
 *
 * @throws InvalidArgumentError for a negative or non-finite number, or a message that is empty or too long
 */
export function checkProgress(done: unknown, total: unknown, message: unknown): RunProgress {
  return {
    done: checkNumber(done, 'done', 0, Number.MAX_VALUE),
    total: total === undefined ? null : checkNumber(total, 'total', 0, Number.MAX_VALUE),
    message: message === undefined ? null : checkText(message, 'message', MESSAGE_LIMIT),
  }
}

/** How much of its total is done: a whole number from 0 to 100, rounded down, so 100 is all; null without a total. */
export function percentOf({ done, total }: RunProgress): number | null {
  if (total === null) return null
  return done >= total ? 100 : Math.floor((100 * done) / total)
}

/** The arguments of `run.count`. @throws InvalidArgumentError */
export function checkCount(name: unknown, by: unknown): { readonly name: string; readonly by: number } {
  return {
    name: checkText(name, 'name', COUNTER_NAME_LIMIT),
    by: checkNumber(by, 'by', -Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  }
}

/** Counts on. @throws InvalidArgumentError for one name too many */
export function addCount(counts: Map<string, number>, name: string, by: number): void {
  const count = counts.get(name)
  if (count === undefined && counts.size >= MOST_COUNTERS) {
    throw new InvalidArgumentError(
      'name',
      name,
      `must be one of the ${MOST_COUNTERS} counters that the run has already`,
    )
  }
  counts.set(name, (count ?? 0) + by)
}

/**
 * A checkpoint as it is kept: a copy that the handler cannot change any more.
 *
 * @throws SerializationError for what cannot be stored, or is larger than 1 MiB when encoded
 */
export function checkCheckpoint(value: unknown): unknown {
  const text = jsonSerializer.encode(value)
  const bytes = Buffer.byteLength(text)
  if (bytes > MOST_CHECKPOINT_BYTES) {
    throw new SerializationError('checkpoint', value, `must have at most ${MOST_CHECKPOINT_BYTES} bytes, has ${bytes}`)
  }
  return jsonSerializer.decode(text)
}
