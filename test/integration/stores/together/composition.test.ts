/** One scheduler on several stores at once. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { interval, type RunContext, Scheduler } from '../../../../src/index.ts'
import { PLACES } from './places.ts'

const directory = mkdtempSync(join(tmpdir(), 'cronwright-together-'))

function scheduler(handled: string[]): Scheduler {
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const made = new Scheduler({
    jobStores: {
      default: PLACES['sqlite']?.('composition', directory) ?? '',
      queue: PLACES['redis']?.('composition', directory) ?? '',
      scratch: 'memory:',
    },
    pollInterval: 100,
  })
  onTestFinished(() => made.shutdown({ timeout: 0 }))
  made.register('tick', (_input: unknown, run: RunContext) => void handled.push(`tick ${run.jobId}`))
  made.register('item', (input: number) => void handled.push(`item ${input}`))
  return made
}

it('UX-25 jobs in one store, a queue in another, and what may be forgotten in a third', {
  timeout: 30_000,
}, async () => {
  const handled: string[] = []
  const first = scheduler(handled)
  await first.start()
  await first.addJob('tick', interval('1h'), { id: 'kept' })
  await first.addJob('tick', interval('200ms'), { id: 'scratch', store: 'scratch', maxRuns: 2 })
  const run = await first.enqueue('item', 1, { store: 'queue' })
  await first.waitForRun(run)
  await first.waitForRun(await first.runJob('kept'))
  await expect.poll(() => handled.filter((line) => line === 'tick scratch')).toHaveLength(2)

  expect((await first.getJobs({ store: 'default' })).map(({ id }) => id)).toEqual(['kept'])
  expect(await first.getJobs({ store: 'queue' })).toEqual([])
  const whereOf = async (store: string): Promise<string[]> =>
    (await first.getRuns({ store, state: 'completed' })).map(({ id, jobId }) => jobId ?? id)
  expect(await whereOf('default')).toEqual(['kept'])
  expect(await whereOf('queue')).toEqual([run.id])
  expect(await whereOf('scratch')).toEqual(['scratch', 'scratch'])
  await first.queue('default').pause()
  const waiting = await first.enqueue('item', 2, { store: 'queue' })
  await first.shutdown()

  const second = scheduler(handled)
  await second.start()
  expect(await second.getJob('kept')).toMatchObject({ store: 'default' })
  expect(await second.getJob('scratch')).toBeUndefined()
  expect(await second.getRun(waiting.id)).toMatchObject({ store: 'queue', state: 'pending' })
  await second.queue('default').resume()
  await second.waitForRun(waiting)
  expect(handled.at(-1)).toBe('item 2')
})
