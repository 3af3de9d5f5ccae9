/** The error of a command that a run's state does not allow. */

import { CronwrightError } from '../../errors.ts'
import type { RunRecord } from '../../jobs/record.ts'

/** @param verb - what was asked, such as `be cancelled`; @param needed - the states that allow it */
export function wrongState({ id, state }: RunRecord, verb: string, needed: string): CronwrightError {
  return new CronwrightError('RUN_STATE', `the run ${id} is ${state} and cannot ${verb}: it must be ${needed}`, {
    details: { field: 'state', value: state, rule: `must be ${needed}`, runId: id },
  })
}
