/**
 * A service on an SQLite file that shuts down on signals. It enqueues one run of `work`, which takes as many milliseconds
 * as its input says, unless it is told to stop; and prints a line of JSON for whatever happens.
 *
 *   service.ts <path> <name> <ms of work, or - to enqueue nothing> [options of shutdownOnSignals as JSON]
 */

import { setTimeout as wait } from 'node:timers/promises'
import { type RunContext, Scheduler, shutdownOnSignals } from '../../../../src/index.ts'

const [path = '', name = '', work = '-', options = '{}'] = process.argv.slice(2)
const print = (event: string, facts: object = {}): void => {
  process.stdout.write(`${JSON.stringify({ event, name, at: Date.now(), ...facts })}\n`)
}

const scheduler = new Scheduler({
  jobStores: { default: { type: 'sqlite', path, synchronous: 'NORMAL' } },
  leaseDuration: '10s',
  pollInterval: '200ms',
})
scheduler.register('work', async (ms: number, run: RunContext) => {
  print('started', { attempt: run.attempt })
  try {
    await wait(ms, undefined, { signal: run.signal })
    print('done')
  } catch (error) {
    print('stopped')
    throw error
  }
})
shutdownOnSignals(scheduler, {
  ...JSON.parse(options),
  onShutdown: (signal) => print('shut down', { signal, state: scheduler.state }),
})
await scheduler.start()
if (work !== '-') await scheduler.enqueue('work', Number(work))
print('ready')
