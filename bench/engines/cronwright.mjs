/** Cronwright as built. A run counts when it is told as completed, which is after the store has it so. */

import { countdown } from './countdown.mjs'

/** @param {{ maxConcurrency?: number, keep?: number }} settings - left out: the defaults */
export async function open({ url }, { maxConcurrency, keep } = {}) {
  const { Scheduler } = await import('../../dist/index.js')
  const scheduler = new Scheduler({
    jobStores: { default: url },
    executors: { default: { type: 'async', ...(maxConcurrency === undefined ? {} : { maxConcurrency }) } },
    ...(keep === undefined ? {} : { history: { keep } }),
  })
  let handle = () => undefined
  const ref = scheduler.register('noop', (input) => handle(input))
  await scheduler.start({ paused: true })
  return {
    enqueue: (input) => scheduler.enqueue(ref, input),
    enqueueMany: (inputs) => scheduler.enqueueMany(ref, inputs),
    work: async (handler, count) => {
      handle = handler
      const { one, all } = countdown(count)
      scheduler.on('run:completed', one)
      await scheduler.resume()
      const stop = async () => {
        scheduler.off('run:completed', one)
        await scheduler.pause()
      }
      return { done: all, stop }
    },
    close: () => scheduler.shutdown(),
  }
}
