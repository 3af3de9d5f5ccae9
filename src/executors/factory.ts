/** Makes executors of what people give: an executor, or `{ type, ...options }`. */

import { checkInteger, checkObject, checkText, type Fields, readable, renamed } from '../core/validate.ts'
import { InvalidArgumentError } from '../errors.ts'
import { AsyncExecutor } from './async-executor.ts'
import { type Executor, isExecutor } from './executor.ts'
import { WorkerThreadsExecutor } from './worker-threads-executor.ts'

const TYPES: Readonly<Record<string, (options: Fields) => Executor>> = {
  async: (options) => new AsyncExecutor(options),
  'worker-threads': (options) => new WorkerThreadsExecutor(options),
}

/**
 * The executor that is given, or that a description `{ type, ...options }` means.
 *
 * @param field - the name that an error gives
 * @throws InvalidArgumentError
 */
export function executorFrom(source: unknown, field: string): Executor {
  const fields = checkObject(source, field)
  if (readable(field, source, () => fields['execute']) !== undefined) return checkExecutor(source, field)
  const { type, ...options } = readable(field, source, () => ({ ...fields }))
  const name = checkText(type, `${field}.type`)
  const make = Object.hasOwn(TYPES, name) ? TYPES[name] : undefined
  if (make !== undefined)
    return renamed(
      (name) => name.replace(/^executor/, field),
      () => make(options),
    )
  throw new InvalidArgumentError(`${field}.type`, type, `must be one of ${Object.keys(TYPES).join(', ')}`)
}

function checkExecutor(source: unknown, field: string): Executor {
  if (!isExecutor(source)) {
    throw new InvalidArgumentError(field, source, 'must have the methods start, execute, shutdown, and maxConcurrency')
  }
  checkInteger(source.maxConcurrency, `${field}.maxConcurrency`, 1, Number.MAX_SAFE_INTEGER)
  return source
}
