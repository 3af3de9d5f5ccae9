/** A job store that is named on the command line. */

import { storeFrom } from '../../stores/factory.ts'
import type { RecordJobStore } from '../../stores/record-job-store.ts'
import { UsageError } from '../usage-error.ts'

/**
 * The store that a URL means.
 *
 * @param argument - what an error calls it
 * @throws InvalidArgumentError when it means none
 * @throws UsageError when it forgets everything as this process ends
 */
export function storeOfUrl(url: string, argument: string): RecordJobStore {
  const store = storeFrom(url, argument)
  if (store.capabilities.persistent) return store
  const rule = 'must be a store that outlives this process'
  throw new UsageError(`${argument}: ${rule}, and this one is in memory`, argument, 'memory', rule)
}
