/** What a course shows in numbers, for tables and pages. */

import { calmStarts } from '../../checks/c06-lateness.ts'
import { takeovers } from '../../checks/c08-takeover.ts'
import type { Facts } from '../../checks/facts.ts'
import type { Violation } from '../../checks/history.ts'
import { type Quantiles, quantilesOf, summaryOf } from '../../fleet/summary.ts'
import type { ChaosCourse } from './course.ts'

export interface ChaosFigures {
  readonly due: number
  /** Not started, but on record, when the course ended. */
  readonly waiting: number
  /** Neither started nor skipped, and no record waits. */
  readonly lost: number
  readonly early: number
  /** Second results that were accepted. */
  readonly doubled: number
  /** Two attempts at work on one run, without a process that was stopped. */
  readonly overlaps: number
  readonly faults: number
  readonly starts: number
  /** Of first attempts far from any fault, ms. */
  readonly lateness: Quantiles
  /** From the death of a process until its run was started elsewhere, with no other fault near, ms. */
  readonly takeover: Quantiles & { readonly count: number }
  readonly violations: number
  readonly stalls: number
  /** How often a process died of what nobody had caught. */
  readonly unhandled: number
}

export function figuresOf(course: ChaosCourse, facts: Facts, violations: readonly Violation[]): ChaosFigures {
  const { due, waiting, lost, early, stalls, unhandled } = summaryOf(course)
  const taken = takeovers(facts).map(({ ms }) => ms)
  const broken = (check: string): number => violations.filter((violation) => violation.check === check).length
  return {
    due,
    waiting,
    lost,
    early,
    doubled: broken('C3'),
    overlaps: broken('C4'),
    faults: course.planned.length,
    starts: facts.attempts.length,
    lateness: quantilesOf(calmStarts(facts).map(({ late }) => late)),
    takeover: { ...quantilesOf(taken), count: taken.length },
    violations: violations.length,
    stalls,
    unhandled,
  }
}
