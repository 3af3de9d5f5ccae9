/**
 * The one error of a command line that is wrong: exit status 2, and a message that names the argument.
 */

import { CronwrightError } from '../errors.ts'

/** The command line breaks a rule (`INVALID_ARGUMENT`); `details` has `field`, `value` and `rule`. */
export class UsageError extends CronwrightError {
  constructor(message: string, field: string, value: unknown, rule: string) {
    super('INVALID_ARGUMENT', message, { details: { field, value, rule } })
  }
}
