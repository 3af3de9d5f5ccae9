/** Fills a store through its own `commit`, so that every record is as the store itself writes it. */

import { addition, commit, finishedRuns, waitingRecords } from './records.mjs'

const BATCH = 1_000
const TOLD_EVERY = 100_000

/**
 * @param {import('../../dist/stores/record-store.js').RecordStore} store
 * @param {{ finished: number, waiting: number }} sizes
 * @param {(line: string) => void} tell
 */
export async function fill(store, { finished, waiting }, tell) {
  const startedAt = performance.now()
  let written = 0
  let batch = []
  const flush = async () => {
    await commit(store, batch)
    written += batch.length
    batch = []
    if (written % TOLD_EVERY === 0) {
      tell(`${written.toLocaleString('en-US')} records, ${Math.round((performance.now() - startedAt) / 1_000)} s`)
    }
  }
  for (const records of [finishedRuns(finished), waitingRecords(waiting)]) {
    for (const record of records) {
      batch.push(addition(record))
      if (batch.length === BATCH) await flush()
    }
  }
  if (batch.length > 0) await flush()
}
