/**
 * Queues are not like jobs and runs: the target may have the same ones. Where it has none of that name it gets the whole
 * note, with what was counted; where it has one, that one is paused if the source's is, and is otherwise left alone.
 */

import { CronwrightError } from '../../errors.ts'
import type { Change, StoreRecord } from '../../jobs/record.ts'
import type { RecordJobStore } from '../record-job-store.ts'

/** Tries against a process that writes the same note. */
const MOST_TRIES = 100

/** Whether the queue was paused in the target already. */
export async function copyQueue(target: RecordJobStore, queue: StoreRecord<'queue'>): Promise<boolean> {
  const { id, spec } = queue
  const key = { kind: 'queue', id } as const
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const [there] = await target.get([key])
    if (there !== undefined && (there.spec.isPaused || !spec.isPaused)) return there.spec.isPaused
    const change: Change =
      there === undefined
        ? { expect: 0, record: queue }
        : { expect: there.version, key, patch: { spec: { ...there.spec, isPaused: true } } }
    const [result] = await target.commit([change])
    if (result?.applied === true) return false
  }
  throw new CronwrightError('STORE_ERROR', `the queue ${JSON.stringify(id)} cannot be paused in the target`, {
    details: { queue: id },
  })
}
