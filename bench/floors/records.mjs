/** What a floor writes: a run with a version, a due time, a state, what was asked for and what became of it. */

/** Rows a batch; so many runs are claimed, then settled, before the next are looked for. */
export const BATCH = 500

export const LEASE_MS = 15_000
export const RETENTION_MS = 30 * 86_400_000

/** As large as what is stored of a no-op run. */
export const SPEC = JSON.stringify({ functionRef: 'noop', padding: 'x'.repeat(150) })

export const statusOf = (state) => JSON.stringify({ state, attempt: 1, worker: 'w', startedAt: 1_790_000_000_000 })

let last = 0

/** Ids in order, for so many runs. */
export const newIds = (count) => Array.from({ length: count }, () => `run-${String(++last).padStart(9, '0')}`)

/** The `work` of a floor whose claims are taken one batch after another: `batch` gives how many runs it claimed and settled. */
export function workInBatches(batch) {
  return async (_handler, count) => {
    const process = async () => {
      let processed = 0
      while (processed < count) {
        const more = await batch()
        if (more === 0) throw new Error(`the floor found ${processed} of ${count} runs`)
        processed += more
      }
      return performance.now()
    }
    return { done: process(), stop: async () => undefined }
  }
}
