/** bee-queue on Redis. A worker tells of a success after it has stored it. */

import Queue from 'bee-queue'
import { countdown } from './countdown.mjs'

/** @param {{ concurrency: number, isLean: boolean }} settings - lean: without the events and maps that its README says to leave out for speed */
export async function open({ server, prefix }, { concurrency, isLean }) {
  const shared = { prefix, redis: { url: server } }
  const lean = isLean ? { getEvents: false, sendEvents: false, storeJobs: false } : {}
  const queue = new Queue('work', { ...shared, ...lean, isWorker: false })
  await queue.ready()
  return {
    enqueue: (input) => queue.createJob(input).save(),
    enqueueMany: async (inputs) => {
      const failed = await queue.saveAll(inputs.map((input) => queue.createJob(input)))
      if (failed.size > 0) throw new Error(`bee-queue refused ${failed.size} jobs`)
    },
    work: async (handler, count) => {
      const { one, all } = countdown(count)
      const worker = new Queue('work', { ...shared, ...lean })
      worker.on('succeeded', one)
      await worker.ready()
      worker.process(concurrency, async (job) => handler(job.data))
      return { done: all, stop: () => worker.close() }
    },
    close: () => queue.close(),
  }
}
