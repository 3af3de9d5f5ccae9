/** Stores that a test opens without a scheduler, and closes after it. */

import { onTestFinished } from 'vitest'
import { randomId } from '../../../../src/core/random-id.ts'
import type { CronwrightError } from '../../../../src/errors.ts'
import { RedisJobStore } from '../../../../src/redis.ts'
import type { RedisJobStoreOptions } from '../../../../src/stores/redis/options.ts'

export const url = process.env['CRONWRIGHT_TEST_REDIS_URL'] ?? ''

/** What a store says to its scheduler. */
export interface Heard {
  readonly errors: CronwrightError[]
  wakeups: number
}

/** A prefix that nobody else has. */
export function newPrefix(): string {
  return `it:${randomId().slice(0, 12)}`
}

/** An open store, by default on the server under test. */
export async function openStore(
  options: Partial<RedisJobStoreOptions> = {},
  heard: Heard = { errors: [], wakeups: 0 },
): Promise<RedisJobStore> {
  const given = 'client' in options || 'connection' in options ? options : { url, ...options }
  const store = new RedisJobStore({ prefix: newPrefix(), ...given })
  const host = {
    workerId: randomId(),
    now: () => Date.now(),
    wakeup: () => {
      heard.wakeups += 1
    },
    reportError: (error: CronwrightError) => void heard.errors.push(error),
  }
  await store.start(host, 'tested')
  onTestFinished(() => store.shutdown())
  return store
}

/** The error that a promise rejects with. */
export async function errorOf(promise: Promise<unknown>): Promise<CronwrightError> {
  return promise.then(
    () => {
      throw new Error('it did not reject')
    },
    (error) => error,
  )
}
