/** What becomes of the runs of a process that is killed, or told to end. In real time, on SQLite. */

import { expect, it } from 'vitest'
import type { JobOptions } from '../../../src/index.ts'
import { isFinal } from '../../../src/jobs/run.ts'
import { LEASE_MS, openOffice, POLL_MS } from './workers.ts'

/** What a loaded machine may add to a takeover. */
const SLACK_MS = 1_500

it('ZJ-16 a run whose worker was killed is taken over after its lease, with one attempt more', async () => {
  const { scheduler, hire } = openOffice()
  const dead = await hire('dead')
  const { id } = await scheduler.enqueue('long')
  await dead.find(({ event }) => event === 'start')
  const alive = await hire('alive')
  const killedAt = performance.now()
  dead.kill('SIGKILL')
  expect(await alive.find(({ event }) => event === 'start')).toMatchObject({ id, attempt: 2 })
  expect(performance.now() - killedAt).toBeLessThan(LEASE_MS + POLL_MS + 500 + SLACK_MS)
  expect(await scheduler.getRun(id)).toMatchObject({ state: 'running', worker: 'alive', attempt: 2 })
})

it.each<[JobOptions['onCrash'] & string, string]>([
  ['unknown', 'unknown'],
  ['abandon', 'failed'],
])('UX-26 with onCrash %s a run whose worker was killed is %s, and not started again', async (onCrash, state) => {
  const { scheduler, hire } = openOffice()
  const dead = await hire('dead')
  const { id } = await scheduler.enqueue('long', undefined, { onCrash, retry: 5 })
  await dead.find(({ event }) => event === 'start')
  dead.kill('SIGKILL')
  const alive = await hire('alive')
  await expect.poll(() => scheduler.getRun(id), { timeout: 10_000 }).toMatchObject({ state, reason: 'lease-lost' })
  // The worker goes on with other runs.
  const next = await scheduler.enqueue('quick')
  await alive.find(({ event, id: ended }) => event === 'run:completed' && ended === next.id)
  expect(alive.lines.filter(({ event }) => event === 'start').map((line) => line.id)).toEqual([next.id])
  expect(await scheduler.getRun(id)).toMatchObject({ state, attempt: 1 })
})

it('ZJ-17 at SIGTERM a short run is finished, and long ones go back: neither failed nor stuck', async () => {
  const { scheduler, hire } = openOffice()
  const worker = await hire('first')
  const names = ['short', 'long', 'deaf'] as const
  for (const name of names) await scheduler.enqueue(name, undefined, { id: name })
  for (const name of names) await worker.find(({ event, id }) => event === 'start' && id === name)
  worker.kill('SIGTERM')
  expect(await worker.ended).toBe(0)
  expect(await scheduler.getRun('short')).toMatchObject({ state: 'completed', output: 'first', attempt: 1 })
  for (const id of ['long', 'deaf']) {
    const run = await scheduler.getRun(id)
    expect(run).toMatchObject({ state: 'pending', attempt: 0, error: null })
    expect(isFinal(run?.state ?? '')).toBe(false)
  }
  const next = await hire('next')
  for (const id of ['long', 'deaf']) {
    expect(await next.find((line) => line.event === 'start' && line.id === id)).toMatchObject({ attempt: 1 })
  }
})
