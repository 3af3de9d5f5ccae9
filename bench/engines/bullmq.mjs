/** BullMQ on Redis. A worker tells of a completed job after it has moved it. */

import { Queue, Worker } from 'bullmq'
import { countdown } from './countdown.mjs'

/** @param {{ concurrency: number }} settings */
export async function open({ server, prefix }, { concurrency }) {
  const { hostname: host, port } = new URL(server)
  const connection = { host, port: Number(port), maxRetriesPerRequest: null }
  const queue = new Queue('work', { connection, prefix })
  await queue.waitUntilReady()
  return {
    enqueue: (input) => queue.add('noop', input),
    enqueueMany: (inputs) => queue.addBulk(inputs.map((data) => ({ name: 'noop', data }))),
    work: async (handler, count) => {
      const { one, all } = countdown(count)
      const worker = new Worker('work', async (job) => handler(job.data), { connection, prefix, concurrency })
      worker.on('completed', one)
      return { done: all, stop: () => worker.close() }
    },
    close: () => queue.close(),
  }
}
