/** Which changes others want to hear of. */

import type { EncodedChange, EncodedRecord } from '../encoded-job-store.ts'

/** Whether others may have to look: something was added, or made due again. What this process claimed is no news. */
export function isNews(change: EncodedChange): boolean {
  if (!('key' in change)) return isWaiting(change.record) || change.inserts.some(isWaiting)
  return change.patch?.state === 'pending' || change.inserts.some(isWaiting)
}

function isWaiting({ kind, state }: EncodedRecord): boolean {
  return kind === 'job' || (kind === 'run' && state === 'pending')
}
