/** A store can be copied when nobody is at work on it: what changes meanwhile would be in neither store, or in both. */

import { CronwrightError } from '../../errors.ts'
import type { RunRecord, StoreRecord } from '../../jobs/record.ts'
import { GONE } from '../../jobs/worker.ts'
import type { RecordStore } from '../record-store.ts'

const LISTED_WORKERS = 10_000
const NAMED = 5

/**
 * @param now - by the clock of the store, epoch ms
 * @throws CronwrightError (`STORE_IN_USE`) that names the processes
 */
export async function checkAtRest(store: RecordStore, now: number): Promise<void> {
  const workers = await store.list({ kind: 'worker', limit: LISTED_WORKERS })
  const alive = workers.filter(({ state, due }) => state !== GONE && (due === null || due > now))
  if (alive.length === 0) return
  const noun = alive.length === 1 ? 'process is' : 'processes are'
  const message = `${alive.length} ${noun} at work on the source (${named(alive.map(nameOf))}): shut down what uses it`
  throw inUse(message + patience('one that was killed counts as gone', alive, now), alive)
}

/** @throws CronwrightError (`STORE_IN_USE`) that names the runs */
export function checkNoneAtWork(runs: readonly RunRecord[], now: number): void {
  if (runs.length === 0) return
  const noun = runs.length === 1 ? 'run is' : 'runs are'
  const message = `${runs.length} ${noun} at work in the source (${named(runs.map(({ id }) => id))})`
  throw inUse(
    `${message}: shut down what executes them${patience('leases that nobody renews are over', runs, now)}`,
    runs,
  )
}

function inUse(message: string, records: readonly StoreRecord[]): CronwrightError {
  const ids = records.slice(0, NAMED).map(({ id }) => id)
  return new CronwrightError('STORE_IN_USE', message, { details: { ids, count: records.length } })
}

function nameOf({ id, spec }: StoreRecord<'worker'>): string {
  return `${id}, ${spec.host}:${spec.pid}`
}

function named(names: readonly string[]): string {
  const more = names.length - NAMED
  return `${names.slice(0, NAMED).join('; ')}${more > 0 ? `; and ${more} more` : ''}`
}

/** When it is no use to wait for what was killed, nothing. */
function patience(what: string, records: readonly StoreRecord[], now: number): string {
  const latest = records.reduce((end, { due }) => Math.max(end, due ?? now), now)
  return latest === now ? '' : `; ${what} in ${Math.ceil((latest - now) / 1_000)} s`
}
