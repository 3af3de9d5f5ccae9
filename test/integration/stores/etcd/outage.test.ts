/** The server stops, restarts and hangs while two schedulers fire: every due time once, none lost, and on it goes. */

import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeAll, expect, it } from 'vitest'
import { EtcdJobStore } from '../../../../src/etcd.ts'
import { interval, type RunContext, Scheduler } from '../../../../src/index.ts'
import { beforePause } from '../before-pause.ts'
import { type OwnServer, ownServer } from './own-server.ts'
import { freshPrefix } from './store.ts'

let server: OwnServer
const open: Scheduler[] = []

beforeAll(async () => {
  server = await ownServer()
})

afterEach(async () => {
  server.process.resume()
  await Promise.all(open.splice(0).map((each) => each.shutdown({ timeout: 0 })))
})

/** Two schedulers that fire a job each 200 ms; the due times that were fired, in order of firing. */
async function firing(): Promise<{ readonly fired: number[]; readonly first: Scheduler }> {
  const prefix = freshPrefix()
  const fired: number[] = []
  for (let index = 0; index < 2; index += 1) {
    const each = new Scheduler({
      jobStores: { default: new EtcdJobStore({ url: server.url, prefix, timeout: 1_000 }) },
      leaseDuration: 4_000,
      pollInterval: 200,
    })
    each.on('store:error', () => undefined)
    each.register('tick', (_input: unknown, run: RunContext) => void fired.push(run.dueAt.getTime()))
    open.push(each)
    await each.start()
  }
  const [first] = open
  if (first === undefined) throw new Error('no scheduler')
  await first.addJob('tick', interval('200ms'), { id: 'tick', coalesce: false, maxInstances: 1_000 })
  await expect.poll(() => fired.length, { timeout: 10_000 }).toBeGreaterThan(3)
  return { fired, first }
}

/** Waits for further fires, then checks that every due time came once, and none was left out. */
async function goesOn({ fired, first }: Awaited<ReturnType<typeof firing>>): Promise<void> {
  const before = fired.length
  await expect.poll(() => fired.length, { timeout: 30_000 }).toBeGreaterThan(before + 10)
  await first.pauseJob('tick')
  const settled = async (): Promise<number> =>
    (await first.getRuns({ jobId: 'tick', state: 'pending' })).length +
    (await first.getRuns({ jobId: 'tick', state: 'running' })).length
  await expect.poll(settled, { timeout: 20_000 }).toBe(0)
  const runs = (await first.getRuns({ jobId: 'tick', limit: 1_000 })).reverse()
  const dues = runs.map(({ dueAt }) => dueAt.getTime())
  for (const [index, due] of dues.slice(1).entries()) expect(due - (dues[index] ?? 0)).toBe(200)
  for (const { dueAt } of beforePause(runs)) expect(fired).toContain(dueAt.getTime())
}

it('after a kill and a restart on its data', async () => {
  const job = await firing()
  server.process.kill()
  await sleep(2_000)
  await server.process.start()
  await goesOn(job)
}, 90_000)

it('after it hung and answered nothing', async () => {
  const job = await firing()
  server.process.pause()
  await sleep(3_000)
  server.process.resume()
  await goesOn(job)
}, 90_000)

it('shuts down in time while the server is gone', async () => {
  await firing()
  server.process.pause()
  const begin = performance.now()
  await Promise.all(open.splice(0).map((each) => each.shutdown({ timeout: 500 })))
  expect(performance.now() - begin).toBeLessThan(10_000)
}, 60_000)
