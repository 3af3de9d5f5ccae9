/** A process with a scheduler on an SQLite file: enqueues, works, and says what it sees whenever it is asked. */

import { Scheduler, type SchedulerStats, type Worker } from '../../../src/index.ts'

/** What a process sees. */
export interface View {
  readonly stats: SchedulerStats
  readonly workers: readonly Pick<Worker, 'id' | 'pid' | 'state'>[]
}

const [path, workerId] = process.argv.slice(2)
const scheduler = new Scheduler({
  jobStores: { default: { type: 'sqlite', path } },
  workerId: workerId ?? '',
  leaseDuration: '1s',
  pollInterval: '100ms',
})

async function view(): Promise<View> {
  const workers = await scheduler.getWorkers()
  return {
    stats: await scheduler.getStats(),
    workers: workers.map(({ id, pid, state }) => ({ id, pid, state })),
  }
}

scheduler.register('work', () => undefined)
await scheduler.start()
await scheduler.enqueueMany('work', Array.from({ length: 20 }))
await scheduler.enqueue('work', null, { queue: 'low', delay: '1h' })
process.on('message', () => void view().then((seen) => process.send?.(seen)))
process.send?.('ready')
