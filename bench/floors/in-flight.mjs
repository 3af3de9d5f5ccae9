/** For floors that know what is due from memory, and keep several batches in flight. */

/**
 * @param {{ size: number, inFlight: number, process: (runs: object[]) => Promise<number> }} options - `process` claims
 *   and settles runs and gives how many
 * @param {object[]} waiting - runs in order of their due time; those that are taken leave it
 */
export function workInFlight({ size, inFlight, process }, waiting) {
  return async (_handler, count) => {
    let processed = 0
    const lane = async () => {
      while (waiting.length > 0) {
        const more = await process(waiting.splice(0, size))
        processed += more
      }
    }
    const all = async () => {
      await Promise.all(Array.from({ length: inFlight }, lane))
      if (processed < count) throw new Error(`the floor found ${processed} of ${count} runs`)
      return performance.now()
    }
    return { done: all(), stop: async () => undefined }
  }
}

/** Adds runs, batch by batch, all in flight. */
export async function addInFlight(ids, size, insert) {
  const batches = []
  for (let from = 0; from < ids.length; from += size) batches.push(insert(ids.slice(from, from + size)))
  await Promise.all(batches)
}
