/** plainjob on SQLite as its README says: one worker, jobs added in one transaction. */

import Database from 'better-sqlite3'
import { better, defineQueue, defineWorker } from 'plainjob'
import { countdown } from './countdown.mjs'

const silent = { debug() {}, info() {}, warn() {}, error() {} }

export async function open({ path, synchronous }) {
  const database = new Database(path)
  const queue = defineQueue({ connection: better(database), logger: silent })
  database.pragma(`synchronous = ${synchronous}`)
  return {
    enqueue: async (input) => queue.add('noop', input),
    enqueueMany: async (inputs) => queue.addMany('noop', inputs),
    work: async (handler, count) => {
      const { one, all } = countdown(count)
      const process = (job) => handler(JSON.parse(job.data))
      const worker = defineWorker('noop', process, { queue, logger: silent, onCompleted: one })
      const running = worker.start()
      const stop = async () => {
        await worker.stop()
        await running
      }
      return { done: all, stop }
    },
    close: async () => queue.close(),
  }
}
