/**
 * How a scheduler stops: runs at work may end, what is left is told to stop and handed back, every result is written,
 * and everything is closed. Each step has a deadline, so it always comes to its end.
 */

import type { Clock } from '../core/clock.ts'
import { parseDuration } from '../core/duration.ts'
import { checkBoolean, checkFields } from '../core/validate.ts'
import { CronwrightError } from '../errors.ts'
import type { Kernel } from './kernel.ts'
import type { LeaseKeeper } from './lease-keeper.ts'
import type { Loop } from './loop.ts'
import type { Runner } from './runner.ts'
import type { Settlement } from './settlement.ts'

/** How long a handler that was told to stop may take before its run is handed back over its head. */
const GRACE_MS = 500
/** How long the store may take to note the last results. */
const WRITING_MS = 5_000
/** How long a visit of a store, or an executor, may take to end. */
const ENDING_MS = 2_000

const DEFAULT_WAIT_MS = 30_000

/** How long runs at work may take to end, as the options say. @throws InvalidArgumentError */
export function waitOf(options: unknown): number {
  const { wait = true, timeout = DEFAULT_WAIT_MS } = checkFields(options, 'options', ['wait', 'timeout'])
  const waitMs = parseDuration(timeout, 'options.timeout')
  return checkBoolean(wait, 'options.wait') ? waitMs : 0
}

export async function shutDown(
  kernel: Kernel,
  loop: Loop,
  runner: Runner,
  settlement: Settlement,
  leases: LeaseKeeper,
  timeoutMs: number,
): Promise<void> {
  await within(kernel.clock, ENDING_MS, loop.visitsUnderWay())
  if (timeoutMs > 0) await within(kernel.clock, timeoutMs, runner.idle())
  const reason = new CronwrightError('SHUTDOWN', 'the scheduler is shutting down')
  for (const work of runner.atWork()) work.stop('shutdown', reason)
  await within(kernel.clock, GRACE_MS, runner.idle())
  for (const work of runner.atWork()) runner.handBack(work)
  leases.stop()
  await within(kernel.clock, WRITING_MS, settlement.drain())
  settlement.giveUp()
  const executors = [...kernel.executors.values()].map((slot) => slot.shutdown())
  await within(kernel.clock, ENDING_MS, Promise.allSettled(executors))
  await Promise.all([...kernel.stores.values()].map((slot) => slot.close()))
}

/** Waits for a promise, but not longer than a deadline. */
async function within(clock: Clock, ms: number, promise: Promise<unknown>): Promise<void> {
  let cancel: (() => void) | undefined
  const deadline = new Promise<void>((resolve) => {
    const timer = clock.setTimer(resolve, Math.min(ms, 2 ** 31 - 1))
    cancel = () => timer.cancel()
  })
  await Promise.race([promise, deadline])
  cancel?.()
}
