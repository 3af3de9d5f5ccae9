/** How much of the past etcd is made to keep. */

import { describe, expect, it, onTestFinished } from 'vitest'
import { EtcdJobStore } from '../../../../src/etcd.ts'
import { Scheduler } from '../../../../src/index.ts'
import { SHORT_HISTORY } from '../../../../src/stores/short-history.ts'
import { keysBelow } from './own-server.ts'
import { freshPrefix, sharedHost } from './store.ts'

const url = `etcd://${sharedHost}`
const RUNS = 10_000
/** A record, its due time, its place in the list by state, and in that of its function. */
const KEYS_OF_A_RUN = 4
/** Which queues, priorities and states there are; news, compaction, format; the worker itself. */
const OTHER_KEYS = 20

describe('history on etcd', () => {
  it(`UX-18 ${RUNS} runs leave no more keys than the newest ${SHORT_HISTORY.keep} need`, {
    timeout: 300_000,
  }, async () => {
    const prefix = freshPrefix()
    const scheduler = new Scheduler({ jobStores: { default: new EtcdJobStore({ url, prefix }) } })
    onTestFinished(() => scheduler.shutdown({ timeout: 0 }))
    let completed = 0
    scheduler.on('run:completed', () => {
      completed += 1
    })
    const work = scheduler.register('work', () => undefined)
    await scheduler.start()
    for (let sent = 0; sent < RUNS; sent += 1_000) {
      await scheduler.enqueueMany(
        work,
        Array.from({ length: 1_000 }, (_, index) => sent + index),
      )
    }
    await expect.poll(() => completed, { timeout: 280_000, interval: 100 }).toBe(RUNS)
    await scheduler.shutdown()
    // Trimmed in steps: up to a tenth more may be there.
    const most = SHORT_HISTORY.keep * 1.1
    const keys = Object.keys(await keysBelow(sharedHost, `${prefix}/`))
    expect(keys.filter((key) => key.startsWith(`${prefix}/record/run/`)).length).toBeLessThanOrEqual(most)
    expect(keys.length).toBeLessThanOrEqual(most * KEYS_OF_A_RUN + OTHER_KEYS)
  })

  it('UX-18 is as long as the scheduler or the job says, where one of them says so', async () => {
    const stores = () => ({ default: new EtcdJobStore({ url, prefix: freshPrefix() }) })
    const silent = new Scheduler({ jobStores: stores() })
    const outspoken = new Scheduler({ jobStores: stores(), history: { keep: 500 } })
    for (const scheduler of [silent, outspoken]) onTestFinished(() => scheduler.shutdown({ timeout: 0 }))
    const keepOf = async (scheduler: Scheduler, history?: { keep?: number; logs?: string }) => {
      scheduler.register('work', () => undefined)
      const job = await scheduler.addJob('work', undefined, { paused: true, ...(history && { history }) })
      return job.history
    }
    const { keep, maxAgeMs: maxAge } = SHORT_HISTORY
    expect(await keepOf(silent)).toMatchObject({ keep, maxAge })
    expect(await keepOf(outspoken)).toMatchObject({ keep: 500, maxAge })
    const other = new Scheduler({ jobStores: stores() })
    onTestFinished(() => other.shutdown({ timeout: 0 }))
    expect(await keepOf(other, { keep: 7 })).toMatchObject({ keep: 7, maxAge })
  })
})
