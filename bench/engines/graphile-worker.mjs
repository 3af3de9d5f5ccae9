/** graphile-worker on PostgreSQL. It deletes what is done, later than it tells so; a run counts when its row is gone. */

import { EventEmitter } from 'node:events'
import { Logger, makeWorkerUtils, run } from 'graphile-worker'
import { countdown } from './countdown.mjs'
import { emptied } from './emptied.mjs'

/** Of its own performance test. */
const CONCURRENT_JOBS = 24

/** @param {{ localQueue?: number }} settings */
export async function open({ url }, { localQueue }) {
  const logger = new Logger(() => () => undefined)
  const batched =
    localQueue === undefined
      ? {}
      : {
          localQueue: { size: localQueue, refetchDelay: { durationMs: 10 } },
          completeJobBatchDelay: 0,
          failJobBatchDelay: 0,
        }
  const worker = {
    connectionString: url,
    concurrentJobs: CONCURRENT_JOBS,
    maxPoolSize: CONCURRENT_JOBS + 1,
    ...batched,
  }
  const utils = await makeWorkerUtils({ connectionString: url, logger })
  await utils.migrate()
  return {
    enqueue: (input) => utils.addJob('noop', input),
    enqueueMany: (inputs) => utils.addJobs(inputs.map((payload) => ({ identifier: 'noop', payload }))),
    work: async (handler, count) => {
      const { one, all } = countdown(count)
      const events = new EventEmitter()
      events.on('job:success', one)
      const runner = await run({
        preset: { worker: { ...worker, logger, events } },
        noHandleSignals: true,
        taskList: { noop: async (payload) => handler(payload) },
      })
      const done = all.then(() => emptied(url, 'SELECT 1 FROM graphile_worker._private_jobs LIMIT 1'))
      return { done, stop: () => runner.stop() }
    },
    close: () => utils.release(),
  }
}
