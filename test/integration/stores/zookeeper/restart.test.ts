/** The server itself is killed, paused and started again: one of this file's own, where its archive is installed. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { interval, type RunContext, Scheduler } from '../../../../src/index.ts'
import { ZooKeeperJobStore } from '../../../../src/zookeeper.ts'
import { beforePause } from '../before-pause.ts'
import { hasServer, launchServer, type OwnServer } from '../own-server.ts'
import { newPath } from './bench.ts'

describe.runIf(await hasServer('zookeeper'))('two schedulers on a ZooKeeper that fails', () => {
  let own: OwnServer
  beforeAll(async () => {
    own = await launchServer('zookeeper')
  }, 60_000)
  afterAll(() => own.remove())

  const schedulersOn = async (path: string) => {
    const fired: string[] = []
    const schedulers = [1, 2].map(() => {
      const store = new ZooKeeperJobStore({ url: own.url, basePath: path, timeout: '600ms', sessionTimeout: '2s' })
      const options = { leaseDuration: '2s', pollInterval: '200ms', history: { keep: 1_000 } }
      const made = new Scheduler({ jobStores: { default: store }, ...options })
      made.register('tick', (_input: unknown, run: RunContext) => void fired.push(run.id))
      return made
    })
    for (const each of schedulers) await each.start()
    return { fired, schedulers }
  }

  it.each([
    [
      'is killed and started again',
      async () => {
        own.process.kill()
        await own.process.start()
      },
    ],
    [
      'is stopped for longer than a session',
      async () => {
        own.process.pause()
        await new Promise((resolve) => setTimeout(resolve, 4_000))
        own.process.resume()
      },
    ],
  ])('lose no due time and fire none twice when it %s', { timeout: 60_000 }, async (_name, fault) => {
    const { fired, schedulers } = await schedulersOn(newPath())
    const [first] = schedulers
    await first?.addJob('tick', interval('250ms'), { id: 'tick', coalesce: false, maxInstances: 100 })
    await expect.poll(() => fired.length, { timeout: 10_000 }).toBeGreaterThan(3)
    await fault()
    const before = fired.length
    await expect.poll(() => fired.length, { timeout: 20_000 }).toBeGreaterThan(before + 8)
    await first?.pauseJob('tick')
    const finished = async () => (await first?.getRuns({ jobId: 'tick', limit: 1_000 })) ?? []
    await expect
      .poll(async () => (await finished()).filter(({ finishedAt }) => finishedAt === null).length, { timeout: 20_000 })
      .toBe(0)
    const runs = (await finished()).reverse()
    for (const [index, { dueAt }] of runs.slice(1).entries()) {
      expect(dueAt.getTime() - (runs[index]?.dueAt.getTime() ?? 0)).toBe(250)
    }
    // A run that was at work when the server went may start again; its id is the same.
    expect(new Set(fired).size).toBe(beforePause(runs).length)
    await Promise.all(schedulers.map((each) => each.shutdown({ timeout: 0 })))
  })
})
