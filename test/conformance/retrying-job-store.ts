/** A store that repeats each call that fails until it does not. */

import { CronwrightError } from '../../src/errors.ts'
import { ForwardingJobStore, type StoreOperation } from '../../src/testing/forwarding-job-store.ts'

export class RetryingJobStore extends ForwardingJobStore {
  protected override async forward<T>(_operation: StoreOperation, call: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await call()
      } catch (error) {
        if (!(error instanceof CronwrightError) || error.code !== 'STORE_ERROR') throw error
      }
    }
  }
}
