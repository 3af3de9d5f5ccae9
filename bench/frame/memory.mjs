/** Heap and processor time of this process. Needs `--expose-gc`. */

import { setImmediate, setTimeout } from 'node:timers/promises'

/** Bytes in use after a full collection. Buffers outside the JavaScript heap count too. */
export async function heapInUse() {
  for (let pass = 0; pass < 3; pass += 1) {
    await setImmediate()
    globalThis.gc()
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** Processor time over a span in which nothing is due, in percent of one core. */
export async function idleProcessorPercent(spanMs) {
  await setTimeout(300)
  const startedAt = performance.now()
  const before = process.cpuUsage()
  await setTimeout(spanMs)
  const { user, system } = process.cpuUsage(before)
  return ((user + system) / 1_000 / (performance.now() - startedAt)) * 100
}
