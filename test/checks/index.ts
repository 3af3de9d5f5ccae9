/** The checker: a pure function of what a run of processes left behind. */

import { checkNoLoss } from './c01-no-loss.ts'
import { checkNoPhantom } from './c02-no-phantom.ts'
import { checkOneResult } from './c03-one-result.ts'
import { checkExclusion } from './c04-exclusion.ts'
import { checkFences } from './c05-fences.ts'
import { checkLateness } from './c06-lateness.ts'
import { checkExtraStarts } from './c07-extra-starts.ts'
import { checkTakeover } from './c08-takeover.ts'
import { checkQuiescence } from './c09-quiescence.ts'
import { checkBookkeeping } from './c10-bookkeeping.ts'
import { checkLimits } from './c11-limits.ts'
import { checkBlindly } from './c12-blind-matcher.ts'
import { Facts } from './facts.ts'
import type { History, Violation } from './history.ts'

type Check = (facts: Facts) => Violation[]

const CHECKS: readonly Check[] = [
  checkNoLoss,
  checkNoPhantom,
  checkOneResult,
  checkExclusion,
  checkFences,
  checkLateness,
  checkExtraStarts,
  checkTakeover,
  checkQuiescence,
  checkBookkeeping,
  checkLimits,
  checkBlindly,
]

/** What a machine that is busy with something else can break: how soon something happens. */
const OF_SPEED: ReadonlySet<Check> = new Set([checkLateness, checkExtraStarts, checkTakeover, checkBlindly])

/**
 * Every promise that was broken, in the order of the checks.
 *
 * @param judged - `safety` leaves out what depends on the speed of the machine. @default 'all'
 */
export function violationsOf(history: History, judged: 'all' | 'safety' = 'all'): Violation[] {
  const facts = new Facts(history)
  return CHECKS.filter((check) => judged === 'all' || !OF_SPEED.has(check)).flatMap((check) => check(facts))
}
