/** The history that stores keep which hold everything in memory, on every server: short, unless somebody asks for more. */

import { DEFAULT_HISTORY, type HistoryPolicy } from '../jobs/policy.ts'

const DAY_MS = 86_400_000

/** Instead of the newest 100 runs of each job for 30 days, and their logs for 7. */
export const SHORT_HISTORY: HistoryPolicy = Object.freeze({
  ...DEFAULT_HISTORY,
  keep: 20,
  maxAgeMs: 7 * DAY_MS,
  logMaxAgeMs: DAY_MS,
})
