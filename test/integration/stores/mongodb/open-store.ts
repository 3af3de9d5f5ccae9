/** Stores that a test opens without a scheduler, and closes after it. */

import { MongoClient } from 'mongodb'
import { onTestFinished } from 'vitest'
import { randomId } from '../../../../src/core/random-id.ts'
import type { CronwrightError } from '../../../../src/errors.ts'
import { MongoJobStore } from '../../../../src/mongodb.ts'
import type { MongoJobStoreOptions } from '../../../../src/stores/mongodb/options.ts'

export const url = process.env['CRONWRIGHT_TEST_MONGODB_URL'] ?? ''

/** What a store says to its scheduler. */
export interface Heard {
  readonly errors: CronwrightError[]
  wakeups: number
}

/** A collection that nobody else has. */
export function newCollection(): string {
  return `it_${randomId().slice(0, 12)}`
}

/** A store that is not open yet, by default on the server under test. */
export function newStore(options: Partial<MongoJobStoreOptions> = {}): MongoJobStore {
  const given = 'client' in options || 'connection' in options ? options : { url, ...options }
  return new MongoJobStore({ collection: newCollection(), ...given })
}

export async function openStore(
  options: Partial<MongoJobStoreOptions> = {},
  heard: Heard = { errors: [], wakeups: 0 },
): Promise<MongoJobStore> {
  const store = newStore(options)
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

/** A client as a user would open one. */
export function newClient(): MongoClient {
  const client = new MongoClient(url)
  onTestFinished(() => client.close())
  return client
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
