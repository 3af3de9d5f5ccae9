/** Makes executors from what configuration says: `{ type, ...options }`. */

import { checkObject, checkText, type Fields } from '../core/validate.ts'
import { InvalidArgumentError } from '../errors.ts'
import { AsyncExecutor } from './async-executor.ts'
import type { Executor } from './executor.ts'
import { WorkerThreadsExecutor } from './worker-threads-executor.ts'

const TYPES: Readonly<Record<string, (options: Fields) => Executor>> = {
  async: (options) => new AsyncExecutor(options),
  'worker-threads': (options) => new WorkerThreadsExecutor(options),
}

/**
 * @param field - the name that an error gives
 * @throws InvalidArgumentError
 */
export function makeExecutor(source: unknown, field: string): Executor {
  const { type, ...options } = checkObject(source, field)
  const make = TYPES[checkText(type, `${field}.type`)]
  if (make !== undefined) return make(options)
  throw new InvalidArgumentError(`${field}.type`, type, `must be one of ${Object.keys(TYPES).join(', ')}`)
}
