/** A process of its own that starts a scheduler on the store it is told, adds a job, and shuts down. */

import { interval, Scheduler } from '../../../src/index.ts'

async function addJob(url: string): Promise<void> {
  const scheduler = new Scheduler({ jobStores: { default: url } })
  scheduler.register('work', () => undefined)
  await scheduler.start()
  await scheduler.addJob('work', interval('1h'), { id: `job of ${process.pid}` })
  await scheduler.shutdown()
}

process.on('message', (url: string) => {
  addJob(url).then(
    () => process.send?.('done'),
    (error: unknown) => process.send?.(String(error)),
  )
})
process.send?.('ready')
