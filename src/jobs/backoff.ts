/** How long a failed run waits before its next attempt. Pure. */

import type { RetryPolicy } from './policy.ts'

/**
 * Milliseconds between the failure of attempt `attempt` (1 is the first) and the next one:
 * `min(base * factor^(attempt - 1), cap)`, varied by `jitter` both ways after the cap, never negative.
 *
 * @param random - in [0, 1); 0.5 gives the delay without jitter
 */
export function retryDelay(policy: RetryPolicy, attempt: number, random: number): number {
  // After many attempts the power is infinite, and infinity times a base of 0 would be no number.
  const growth = Math.min(policy.factor ** (attempt - 1), Number.MAX_VALUE)
  const delay = Math.min(policy.baseMs * growth, policy.capMs)
  return Math.max(0, Math.round(delay * (1 + policy.jitter * (2 * random - 1))))
}
