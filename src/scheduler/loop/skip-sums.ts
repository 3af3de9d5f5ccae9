/**
 * Finds a place for a record that sums up skipped fire times. A run's id is `jobId@fireTime`, and the last of the fire
 * times that are summed up may have a record already: a clock that was set back, and is then mended, shows them again. The
 * sum would be left out as existing, and the others with it. So it moves back to the last fire time that has no record.
 */

import { countFireTimes, type FireDecision, type Skip } from '../../jobs/misfire.ts'
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
  const sums = decided.flatMap(sumsOf)
  if (sums.length === 0) return decided
  const keys = sums.map(({ job, skip }): RecordKey<'run'> => ({ kind: 'run', id: runIdOf(job.id, skip.at) }))
  const taken = await store.get(keys)
  const places = new Map<Skip, Skip | undefined>()
  for (const [index, sum] of sums.entries()) {
    if (taken[index] !== undefined) places.set(sum.skip, await movedBack(store, sum))
  }
  if (places.size === 0) return decided
  return decided.map(({ job, decision }) => {
    const skipped = decision.skipped.flatMap((skip) => (places.has(skip) ? (places.get(skip) ?? []) : skip))
    return { job, decision: { ...decision, skipped } }
  })
}

/** A sum, and the first of its fire times: the one after the last that is listed by itself. */
interface Sum {
  readonly job: JobRecord
  readonly skip: Skip
  readonly first: number
}

function sumsOf({ job, decision: { skipped } }: DecidedJob): Sum[] {
  return skipped.flatMap((skip, index) => {
    const listed = skipped[index - 1]
    return skip.count > 1 && listed !== undefined ? { job, skip, first: job.spec.trigger.nextAt(listed.at) } : []
  })
}

/** The sum at the last of its fire times that has no record; undefined where each has one. */
async function movedBack(store: RecordStore, { job, skip, first }: Sum): Promise<Skip | undefined> {
  const { trigger } = job.spec
  const known = new Set<string>()
  let { at } = skip
  let before: ListQuery['before'] = { at: at + 1 }
  for (;;) {
    const page: readonly RunRecord[] = await store.list({ kind: 'run', jobId: job.id, before, limit: PAGE })
    for (const { id } of page) known.add(id)
    const last = page.at(-1)
    const readTo = last === undefined || page.length < PAGE ? Number.NEGATIVE_INFINITY : last.at
    while (at >= first && at > readTo && known.has(runIdOf(job.id, at))) at = trigger.latestAt(first - 1, at - 1)
    if (at < first) return undefined
    if (at > readTo || last === undefined) return { ...skip, at, count: countFireTimes(trigger, first, at) }
    before = { at: last.at, id: last.id }
  }
}
