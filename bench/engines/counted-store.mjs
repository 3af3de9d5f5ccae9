/** A job store of Cronwright whose calls are counted where they leave the scheduler. */

import { openStore } from './cronwright-stores.mjs'

/** What a scheduler asks of a store; each call is about one round trip. */
const READS = ['get', 'list', 'count', 'due', 'nextDue', 'countActive', 'trim', 'removeJobs', 'serverTime']

/** Whether a change is one of a job or a run; heartbeats of the process are none. */
const isOfWork = ({ key, record }) => ['job', 'run'].includes((key ?? record).kind)

/** @returns {Promise<{ store: object, take: () => { reads: number, commits: number, changes: number } }>} `take` gives the calls since it was last called */
export async function openCountedStore(storeName, place) {
  const store = await openStore(storeName, place)
  let calls = { reads: 0, commits: 0, changes: 0 }
  for (const name of [...READS, 'commit']) {
    const original = store[name].bind(store)
    store[name] = (...values) => {
      if (name === 'commit') {
        calls.commits += 1
        calls.changes += values[0].filter(isOfWork).length
      } else calls.reads += 1
      return original(...values)
    }
  }
  const take = () => {
    const taken = calls
    calls = { reads: 0, commits: 0, changes: 0 }
    return taken
  }
  return { store, take }
}
