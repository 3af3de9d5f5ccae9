/** How long a failed run waits before its next attempt. Pure. */

import type { RetryPolicy } from './policy.ts'

/**
 * Milliseconds between the failure of attempt `attempt` (1 is the first) and the next one: at most the cap, then varied
 * by `jitter` both ways, never negative.
 *
 * @param random - in [0, 1); 0.5 gives the delay without jitter
 */
export function retryDelay(policy: RetryPolicy, attempt: number, random: number): number {
  const delay = Math.min(plainDelay(policy, attempt), policy.capMs)
  return Math.max(0, Math.round(delay * (1 + policy.jitter * (2 * random - 1))))
}

/** `base * factor^(attempt - 1) + step * (attempt - 1)`, or what the list of delays has at that place. */
function plainDelay({ baseMs, factor, stepMs, delaysMs }: RetryPolicy, attempt: number): number {
  const listed = delaysMs?.[Math.min(attempt, delaysMs.length) - 1]
  if (listed !== undefined) return listed
  // After many attempts the power is infinite, and infinity times a base of 0 would be no number.
  return baseMs * Math.min(factor ** (attempt - 1), Number.MAX_VALUE) + stepMs * (attempt - 1)
}
