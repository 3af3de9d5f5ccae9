/** Which changes the other processes on a store want to hear of before they would ask. */

import type { RecordHeader } from '../jobs/record.ts'
import type { EncodedChange } from './encoded-job-store.ts'

/** Whether others may have to look: something was added, or made due again. What this process claimed is no news. */
export function isNews(change: EncodedChange): boolean {
  if (!('key' in change)) return isWaiting(change.record) || change.inserts.some(isWaiting)
  return change.patch?.state === 'pending' || change.inserts.some(isWaiting)
}

/** Whether a record that was added waits for a process. */
export function isWaiting({ kind, state }: Pick<RecordHeader, 'kind' | 'state'>): boolean {
  return kind === 'job' || (kind === 'run' && state === 'pending')
}
