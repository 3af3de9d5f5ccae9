/** Job schedulers of BullMQ on Redis. The due time of a job is the end of its id. */

import { Queue, Worker } from 'bullmq'
import { bullmqConnection } from './bullmq.mjs'

const QUEUE = 'recurring'
const IN_FLIGHT = 50

export async function open(place, { handler, isCron, jobs }) {
  const { options } = bullmqConnection(place)
  const queue = new Queue(QUEUE, options)
  const process = async ({ id, repeatJobKey }) => handler(repeatJobKey, Number(id.split(':').at(-1)))
  const worker = new Worker(QUEUE, process, { ...options, concurrency: 100 })
  await worker.waitUntilReady()
  const ids = Array.from({ length: jobs }, (_, index) => `job-${index}`)
  const repeat = isCron ? { pattern: '* * * * * *' } : { every: 1_000 }
  const lane = async () => {
    for (let id = ids.pop(); id !== undefined; id = ids.pop())
      await queue.upsertJobScheduler(id, repeat, { name: 'fire' })
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane))
  const close = async () => {
    await worker.close()
    await queue.close()
  }
  return { close }
}
