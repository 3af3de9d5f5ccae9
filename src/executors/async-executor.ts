/** Runs functions in this process, on this thread: right for handlers that mostly wait. */

import { pathToFileURL } from 'node:url'
import { checkFields, checkInteger } from '../core/validate.ts'
import { InvalidArgumentError } from '../errors.ts'
import { type AnyHandler, isModuleReference, type ModuleReference } from '../jobs/registry.ts'
import type { Executor, Task } from './executor.ts'

/** Options of {@link AsyncExecutor}. */
export interface AsyncExecutorOptions {
  /** Functions at work at once. @default 100 */
  readonly maxConcurrency?: number
}

export const DEFAULT_CONCURRENCY = 100

export class AsyncExecutor implements Executor {
  readonly maxConcurrency: number

  /** @throws InvalidArgumentError */
  constructor(options: AsyncExecutorOptions = {}) {
    const { maxConcurrency = DEFAULT_CONCURRENCY } = checkFields(options, 'executor', ['maxConcurrency'])
    this.maxConcurrency = checkInteger(maxConcurrency, 'executor.maxConcurrency', 1, 1_000_000)
  }

  async start(): Promise<void> {}

  execute({ code, input, run }: Task): unknown {
    if (isModuleReference(code)) return loadHandler(code).then((handler) => handler(input as never, run))
    return code(input as never, run)
  }

  async shutdown(): Promise<void> {}
}

/** The function that a module reference means. @throws InvalidArgumentError when the module has no such function */
export async function loadHandler({ module, name = 'default' }: ModuleReference): Promise<AnyHandler> {
  const url = module instanceof URL || /^\w[\w+.-]+:/.test(module) ? String(module) : pathToFileURL(module).href
  const exports: Record<string, unknown> = await import(url)
  const handler = exports[name]
  if (typeof handler !== 'function') {
    throw new InvalidArgumentError('module', url, `must export a function named ${name}`)
  }
  return handler as AnyHandler
}
