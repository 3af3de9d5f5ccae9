/** What is looked at when the store opens: the version of its data, and whether the server may throw records away. */

import { CronwrightError } from '../../errors.ts'
import type { StoreHost } from '../job-store.ts'
import type { Connection } from './connection.ts'

/** Version of the layout of keys that this release writes. */
const LAYOUT = 1

/**
 * Says which layout the data has, where it is new.
 *
 * @throws CronwrightError (`STORE_ERROR`) when it is newer than this release
 */
export async function checkLayout(connection: Connection, prefix: string): Promise<void> {
  await connection.onKey('set', 'layout', String(LAYOUT), 'NX')
  const version = Number(await connection.onKey('get', 'layout'))
  if (version === LAYOUT) return
  throw new CronwrightError(
    'STORE_ERROR',
    `the data under the prefix ${prefix}, layout ${version}, is not of the layout ${LAYOUT} that this release of ` +
      'cronwright knows; update cronwright',
    { details: { field: 'prefix', prefix, version, supported: LAYOUT } },
  )
}

/** Reports a server that is set to evict keys: jobs could vanish without a word. */
export async function reportEviction(connection: Connection, host: StoreHost, store: string): Promise<void> {
  const policy = await evictionPolicy(connection)
  if (policy === undefined || policy === 'noeviction') return
  host.reportError(
    new CronwrightError(
      'STORE_ERROR',
      `the Redis server of the job store ${JSON.stringify(store)} has maxmemory-policy ${policy}: when its memory is ` +
        'full it may drop jobs and runs; set it to noeviction',
      { details: { operation: 'open', store, field: 'maxmemory-policy', value: policy, rule: 'must be noeviction' } },
    ),
  )
}

/** Undefined where the server does not tell: some hosted ones have no INFO. */
async function evictionPolicy(connection: Connection): Promise<string | undefined> {
  try {
    return /^maxmemory_policy:(\S+)/m.exec(String(await connection.onServer('info', 'memory')))?.[1]
  } catch {
    return undefined
  }
}
