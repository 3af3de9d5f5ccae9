/**
 * A handler that kept the event loop from turning lost the lock of its job; the job counted as stalled, ran a second time,
 * and both results were taken. In real time: what is blocked is a process.
 */

import { expect, it } from 'vitest'
import { Scheduler } from '../../src/index.ts'
import { SqliteJobStore } from '../../src/sqlite.ts'
import { startChild } from '../integration/reliability/child.ts'
import { newDatabasePath } from '../unit/scheduler/support.ts'

interface Line {
  readonly event: 'blocks' | 'run:completed' | 'run:lost'
  readonly id: string
}

const SCRIPT = new URL('./children/blocking.ts', import.meta.url)
const TIMES = { leaseDuration: '1s', pollInterval: 200 } as const

it('UX-21 another process takes over, the late results are refused, and the blocked process works on', async () => {
  const path = newDatabasePath()
  await using other = new Scheduler({
    ...TIMES,
    jobStores: { default: new SqliteJobStore({ path }) },
    workerId: 'other',
  })
  const starts: string[] = []
  for (const name of ['block', 'wait']) {
    other.register(name, (_input: unknown, { id, attempt }) => {
      starts.push(`${id} ${attempt}`)
      return 'of the other'
    })
  }
  other.register('echo', () => undefined)
  await other.enqueue('block', undefined, { id: 'blocking' })
  await other.enqueue('wait', undefined, { id: 'waiting' })
  const child = startChild<Line>(SCRIPT, path)
  await child.find(({ event }) => event === 'blocks')
  await other.start()
  for (const id of ['blocking', 'waiting']) expect(await other.waitForRun(id)).toBe('of the other')
  expect(starts.sort()).toEqual(['blocking 2', 'waiting 2'])
  await other.shutdown()
  await other.enqueue('echo', 'well', { id: 'after' })

  for (const id of ['blocking', 'waiting']) await child.find((line) => line.event === 'run:lost' && line.id === id)
  await child.find(({ event, id }) => event === 'run:completed' && id === 'after')
  child.kill('SIGTERM')
  expect(await child.ended).toBe(0)
  expect(child.lines.filter(({ event }) => event === 'run:completed').map(({ id }) => id)).toEqual(['after'])
  const runs = await Promise.all(['blocking', 'waiting', 'after'].map((id) => other.getRun(id)))
  expect(runs.map((run) => run?.output)).toEqual(['of the other', 'of the other', 'well'])
  expect(runs.map((run) => run?.worker)).toEqual(['other', 'other', 'blocked'])
})

it('where no other process is there the blocked one keeps its runs, and none starts twice', async () => {
  const path = newDatabasePath()
  await using reader = new Scheduler({ ...TIMES, jobStores: { default: new SqliteJobStore({ path }) } })
  for (const name of ['block', 'wait']) reader.register(name, () => undefined)
  await reader.enqueue('block', undefined, { id: 'blocking' })
  await reader.enqueue('wait', undefined, { id: 'waiting' })
  const child = startChild<Line>(SCRIPT, path)
  for (const run of ['blocking', 'waiting'])
    await child.find(({ event, id }) => event === 'run:completed' && id === run)
  child.kill('SIGTERM')
  expect(await child.ended).toBe(0)
  expect(child.lines.map(({ event }) => event).sort()).toEqual(['blocks', 'run:completed', 'run:completed'])
  for (const id of ['blocking', 'waiting']) {
    expect(await reader.getRun(id)).toMatchObject({ state: 'completed', attempt: 1, output: 'of the blocked process' })
  }
})
