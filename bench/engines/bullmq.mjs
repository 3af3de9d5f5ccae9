/** BullMQ on Redis or PostgreSQL. A worker tells of a completed job after it has moved it. */

import { createPostgresBackend, Queue, Worker } from 'bullmq'
import { countdown } from './countdown.mjs'

const QUEUE = 'work'

/** How its classes are told where to connect to: options, and for PostgreSQL what they are made with. */
export function bullmqConnection({ url, server, prefix }) {
  if (url.startsWith('postgres'))
    return { options: { connection: { connectionString: url, migrate: true } }, backend: createPostgresBackend }
  const { hostname: host, port } = new URL(server)
  return {
    options: { connection: { host, port: Number(port), maxRetriesPerRequest: null }, prefix },
    backend: undefined,
  }
}

/** @param {{ concurrency: number }} settings */
export async function open(place, { concurrency }) {
  const { options, backend } = bullmqConnection(place)
  const queue = new Queue(QUEUE, options, backend)
  // Its pool outlives its end, and would complain that the database goes.
  queue.on('error', () => undefined)
  await queue.waitUntilReady()
  return {
    enqueue: (input) => queue.add('noop', input),
    enqueueMany: (inputs) => queue.addBulk(inputs.map((data) => ({ name: 'noop', data }))),
    work: async (handler, count) => {
      const { one, all } = countdown(count)
      const worker = new Worker(QUEUE, async (job) => handler(job.data), { ...options, concurrency }, backend)
      worker.on('completed', one)
      worker.on('error', () => undefined)
      await worker.waitUntilReady()
      return { done: all, stop: () => worker.close() }
    },
    close: () => queue.close(),
  }
}
