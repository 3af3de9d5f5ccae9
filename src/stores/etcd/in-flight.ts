/** Several requests at a time, and not too many. */

/** Requests that wait for their answers at a time. */
const WIDTH = 8

/**
 * Does the work for each item, some at a time. When one fails, those under way are waited for and no further one is begun:
 * nothing goes on behind the back of a caller that was told of a failure.
 */
export async function inFlight<T>(items: readonly T[], work: (item: T, index: number) => Promise<void>): Promise<void> {
  const queue = items.entries()
  const errors: unknown[] = []
  const lane = async (): Promise<void> => {
    for (const [index, item] of queue) {
      try {
        await work(item, index)
      } catch (error) {
        errors.push(error)
      }
      if (errors.length > 0) return
    }
  }
  await Promise.all(Array.from({ length: Math.min(WIDTH, items.length) }, lane))
  if (errors.length > 0) throw errors[0]
}

export function chunksOf<T>(items: readonly T[], size: number): (readonly T[])[] {
  const chunks: (readonly T[])[] = []
  for (let from = 0; from < items.length; from += size) chunks.push(items.slice(from, from + size))
  return chunks
}
