/**
 * How the store's own client treats its endpoints: one that failed rests for a while, so that calls go to the others. A call
 * that found no connection was never sent and is tried on the next endpoint; no other call is repeated. This replaces the
 * driver's own way, a breaker that makes calls fail which were never tried.
 */

import { systemClock } from '../../core/clock.ts'
import { errorName } from './driver.ts'

/** After its first failure; twice as long after each further one. */
const REST_MS = 2_000
const LONGEST_REST_MS = 60_000
/** After which the driver connects a broken watch again. */
const WATCH_AGAIN_MS = 1_000

/** Errors that say something about the endpoint, not about the call. */
const FAILURES = new Set(['GRPCUnavailableError', 'GRPCDeadlineExceededError', 'GRPCInternalError', 'GRPCUnknownError'])
/** What grpc-js says of a call that it had no connection for. */
const NEVER_SENT = 'No connection established'

type Call = (context: object) => unknown

/** Fault handling as the driver takes it. */
export function faultHandling(endpoints: number): object {
  const resting = new Map<string, Rest>()
  const backoff = { duration: WATCH_AGAIN_MS, next: () => backoff }
  return {
    global: policy((call) => onNextIfNeverSent(call, endpoints)),
    host: (name: string) => policy((call) => unlessResting(call, name, endpoints, resting)),
    watchBackoff: backoff,
  }
}

interface Rest {
  /** By the monotonic clock. */
  readonly until: number
  readonly failures: number
}

async function onNextIfNeverSent(call: Call, endpoints: number): Promise<unknown> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await call({})
    } catch (error) {
      if (tries >= endpoints || !(error instanceof Error && error.message.includes(NEVER_SENT))) throw error
    }
  }
}

async function unlessResting(
  call: Call,
  name: string,
  endpoints: number,
  resting: Map<string, Rest>,
): Promise<unknown> {
  const now = systemClock.monotonic()
  const isResting = (endpoint: string): boolean => (resting.get(endpoint)?.until ?? 0) > now
  // The driver goes on to the next endpoint. When all rest, each is tried all the same.
  if (isResting(name) && [...resting.keys()].filter(isResting).length < endpoints) {
    throw new Error(`the endpoint ${name} rests after a failure`)
  }
  try {
    const result = await call({})
    resting.delete(name)
    return result
  } catch (error) {
    if (FAILURES.has(errorName(error) ?? '')) {
      const failures = (resting.get(name)?.failures ?? 0) + 1
      const rest = Math.min(LONGEST_REST_MS, REST_MS * 2 ** (failures - 1))
      resting.set(name, { until: systemClock.monotonic() + rest, failures })
    }
    throw error
  }
}

function policy(execute: (call: Call) => Promise<unknown>): object {
  return { execute }
}
