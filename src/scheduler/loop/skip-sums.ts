/**
 * Finds a place for a record that sums up skipped fire times. A run's id is `jobId@fireTime`, and the last of the fire
 * times that are summed up may have a record already: a clock that was set back, and is then mended, shows them again. The
 * sum would be left out as existing, and the others with it. So it moves back to the last fire time that has no record.
 */

import type { FireDecision, Skip } from '../../jobs/misfire.ts'
import type { JobRecord, RecordKey, RunRecord } from '../../jobs/record.ts'
import { runIdOf } from '../../jobs/run.ts'
import type { ListQuery, RecordStore } from '../../stores/record-store.ts'

/** Records of a job read at once while a sum moves back. */
const PAGE = 1_000

/** A due job, and what is to become of its fire times. */
export interface DecidedJob {
  readonly job: JobRecord
  readonly decision: FireDecision
}

/**
 * The decisions with each sum in its place, and without those whose fire times all have records of their own. No round trip
 * where nothing is summed up, one where all places are free. The job's version guards what follows: only who fires a job
 * adds such records.
 */
export async function placeSums(store: RecordStore, decided: readonly DecidedJob[]): Promise<readonly DecidedJob[]> {
  const sums = decided.flatMap(({ job, decision }) => decision.skipped.filter(isSum).map((skip) => ({ job, skip })))
  if (sums.length === 0) return decided
  const keys = sums.map(({ job, skip }): RecordKey<'run'> => ({ kind: 'run', id: runIdOf(job.id, skip.at) }))
  const taken = await store.get(keys)
  const places = new Map<Skip, Skip | undefined>()
  for (const [index, { job, skip }] of sums.entries()) {
    if (taken[index] !== undefined) places.set(skip, await movedBack(store, job, skip))
  }
  if (places.size === 0) return decided
  return decided.map(({ job, decision }) => {
    const skipped = decision.skipped.flatMap((skip) => (places.has(skip) ? (places.get(skip) ?? []) : skip))
    return { job, decision: { ...decision, skipped } }
  })
}

function isSum({ count }: Skip): boolean {
  return count > 1
}

/** The sum at the last of its fire times that has no record; undefined where each has one. */
async function movedBack(store: RecordStore, job: JobRecord, skip: Skip): Promise<Skip | undefined> {
  const first = job.due ?? skip.at
  const known = new Set<string>()
  let { at, count } = skip
  let before: ListQuery['before'] = { at: at + 1 }
  for (;;) {
    const page: readonly RunRecord[] = await store.list({ kind: 'run', jobId: job.id, before, limit: PAGE })
    for (const { id } of page) known.add(id)
    const last = page.at(-1)
    const readTo = last === undefined || page.length < PAGE ? Number.NEGATIVE_INFINITY : last.at
    while (count > 0 && at > readTo && known.has(runIdOf(job.id, at))) {
      at = job.spec.trigger.latestAt(first - 1, at - 1)
      count -= 1
    }
    if (count === 0) return undefined
    if (at > readTo || last === undefined) return { at, count, reason: skip.reason }
    before = { at: last.at, id: last.id }
  }
}
