/** Work that keeps a processor busy runs on a thread of its own; meanwhile this thread stays free for requests. */

import { Scheduler } from 'cronwright'

const scheduler = new Scheduler({ executors: { threads: { type: 'worker-threads', maxConcurrency: 2 } } })
const countPrimes = scheduler.register<{ below: number }, number>(
  'count-primes',
  { module: new URL('./count-primes.js', import.meta.url) },
  { executor: 'threads' },
)
await scheduler.start()

let ticks = 0
const ticking = setInterval(() => {
  ticks += 1
}, 10)

const runs = await scheduler.enqueueMany(countPrimes, [{ below: 5_000_000 }, { below: 10_000_000 }])
const counts = await Promise.all(runs.map((run) => scheduler.waitForRun<number>(run)))
clearInterval(ticking)

console.log(`primes below 5 and 10 million: ${counts.join(', ')}`)
console.log(`this thread was ${ticks > 5 ? 'free' : 'blocked'} meanwhile`)
await scheduler.shutdown()
