/** How far a handler says it is, checked. */

import { checkNumber, checkText } from '../core/validate.ts'
import type { RunProgress } from './run.ts'

const MESSAGE_LIMIT = 4_000

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
