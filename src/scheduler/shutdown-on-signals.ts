/**
 * Ends a service the way its platform asks it to: at the first signal the scheduler is shut down gracefully, at the
 * second the process exits at once. Nothing here keeps the process alive.
 */

import { constants } from 'node:os'
import type { Duration } from '../core/duration.ts'
import { checkBoolean, checkOneOf, checkOptions } from '../core/validate.ts'
import { InvalidArgumentError } from '../errors.ts'
import { waitOf } from './life-cycle.ts'
import { Scheduler } from './scheduler.ts'

/** Options of {@link shutdownOnSignals}. */
export interface ShutdownOnSignalsOptions {
  /** @default ['SIGTERM', 'SIGINT'] */
  readonly signals?: readonly NodeJS.Signals[]
  /** How long runs at work may take to end; what is left is told to stop and handed back. @default 30 s */
  readonly timeout?: Duration
  /** Whether the process exits, with the code 0, when everything is over. @default true */
  readonly exit?: boolean
  /**
   * Called when the scheduler is shut down, and awaited before the process exits: closes what else is open. What it throws
   * is an unhandled rejection, with which Node ends the process.
   */
  readonly onShutdown?: (signal: NodeJS.Signals) => unknown
}

const OPTION_KEYS = ['signals', 'timeout', 'exit', 'onShutdown'] as const
const DEFAULT_SIGNALS: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT']
const SIGNALS = Object.keys(constants.signals) as NodeJS.Signals[]

/**
 * Shuts a scheduler down when the process gets a signal. A second signal exits at once, with the code 128 + its number;
 * runs at work then come back when their leases are over.
 *
 * @returns a function that takes this back
 * @throws InvalidArgumentError
 * @example
 * shutdownOnSignals(scheduler, { timeout: '20s', onShutdown: () => server.close() })
 */
export function shutdownOnSignals(scheduler: Scheduler, options?: ShutdownOnSignalsOptions): () => void {
  if (!(scheduler instanceof Scheduler)) throw new InvalidArgumentError('scheduler', scheduler, 'must be a Scheduler')
  const { signals, timeout, exit, onShutdown } = resolve(options)
  let isShuttingDown = false

  const shutDown = async (signal: NodeJS.Signals): Promise<void> => {
    await scheduler.shutdown({ timeout })
    await onShutdown?.(signal)
    if (exit) process.exit(0)
  }
  const listener = (signal: NodeJS.Signals): void => {
    if (isShuttingDown) process.exit(128 + constants.signals[signal])
    isShuttingDown = true
    void shutDown(signal)
  }

  for (const signal of signals) process.on(signal, listener)
  return () => {
    for (const signal of signals) process.off(signal, listener)
  }
}

/** Checks what is given, also where no compiler has. */
function resolve(options: unknown) {
  const { signals = DEFAULT_SIGNALS, timeout, exit = true, onShutdown } = checkOptions(options, 'options', OPTION_KEYS)
  if (!Array.isArray(signals) || signals.length === 0) {
    throw new InvalidArgumentError('options.signals', signals, 'must be a list of at least one signal')
  }
  if (onShutdown !== undefined && typeof onShutdown !== 'function') {
    throw new InvalidArgumentError('options.onShutdown', onShutdown, 'must be a function')
  }
  return {
    signals: new Set(
      Array.from(signals, (name: unknown, index) => checkOneOf(name, `options.signals[${index}]`, SIGNALS)),
    ),
    timeout: waitOf(timeout === undefined ? {} : { timeout }),
    exit: checkBoolean(exit, 'options.exit'),
    onShutdown: onShutdown as ShutdownOnSignalsOptions['onShutdown'],
  }
}
