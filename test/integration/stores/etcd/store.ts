/** Stores without a scheduler, with what they tell it written down. */

import { afterEach } from 'vitest'
import { randomId } from '../../../../src/core/random-id.ts'
import type { CronwrightError } from '../../../../src/errors.ts'
import { EtcdJobStore, type EtcdJobStoreOptions } from '../../../../src/etcd.ts'

/** URL of the server that all tests share, with its prefix. */
export const sharedUrl = process.env['CRONWRIGHT_TEST_ETCD_URL'] ?? ''
export const sharedHost = new URL(sharedUrl).host

/** A prefix that nobody else has. */
export const freshPrefix = (): string => `t-${randomId().slice(0, 12)}`

export interface OpenStore {
  readonly store: EtcdJobStore
  readonly errors: CronwrightError[]
  readonly wakeups: string[]
}

const open: EtcdJobStore[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map((store) => store.shutdown()))
})

/** An open store, shut down after the test. */
export async function openStore(options: EtcdJobStoreOptions): Promise<OpenStore> {
  const store = new EtcdJobStore({ compaction: false, ...options })
  const errors: CronwrightError[] = []
  const wakeups: string[] = []
  const host = {
    workerId: randomId(),
    now: () => Date.now(),
    wakeup: () => void wakeups.push('wakeup'),
    reportError: (error: CronwrightError) => void errors.push(error),
  }
  await store.start(host, 'tested')
  open.push(store)
  return { store, errors, wakeups }
}
