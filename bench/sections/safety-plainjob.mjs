/** plainjob as its README says: one worker, jobs added in one transaction. */

import { setTimeout } from 'node:timers/promises'

export async function processPlainjob(file, synchronous, count) {
  const { default: Database } = await import('better-sqlite3')
  const { better, defineQueue, defineWorker } = await import('plainjob')
  const silent = { debug() {}, info() {}, warn() {}, error() {} }
  const database = new Database(file)
  const queue = defineQueue({ connection: better(database), logger: silent })
  database.pragma(`synchronous = ${synchronous}`)
  const enqueuingAt = performance.now()
  for (let from = 0; from < count; from += 1_000) {
    const inputs = Array.from({ length: Math.min(1_000, count - from) }, (_, index) => ({ index: from + index }))
    queue.addMany('noop', inputs)
  }
  const startedAt = performance.now()
  let done = 0
  let finish
  const finished = new Promise((resolve) => {
    finish = resolve
  })
  const onCompleted = () => {
    done += 1
    if (done === count) finish(performance.now())
  }
  const worker = defineWorker('noop', () => undefined, { queue, logger: silent, onCompleted })
  const running = worker.start()
  const endedAt = await Promise.race([finished, setTimeout(60_000)])
  await worker.stop()
  await running
  queue.close()
  if (endedAt === undefined) throw new Error(`plainjob did ${done} of ${count} jobs within a minute`)
  return {
    enqueued: (count * 1_000) / (startedAt - enqueuingAt),
    processed: (count * 1_000) / (endedAt - startedAt),
  }
}
