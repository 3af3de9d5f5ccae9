/** A storage library whose `dispose()` first opened the connection that it was to close, if nobody had used it before. */

import { existsSync } from 'node:fs'
import { expect, it } from 'vitest'
import { MemoryJobStore } from '../../src/index.ts'
import { SqliteJobStore } from '../../src/sqlite.ts'
import { intercepted } from '../integration/reliability/connections.ts'
import { MINUTE, newBench, newDatabasePath, settled } from '../unit/scheduler/support.ts'

it('shutdown of a scheduler that was never started opens no store', async () => {
  const path = newDatabasePath()
  const calls: string[] = []
  const store = intercepted(new MemoryJobStore(), ({ operation, proceed }) => {
    calls.push(operation)
    return proceed()
  })
  const { clock, scheduler } = newBench({ jobStores: { default: store, file: new SqliteJobStore({ path }) } })
  await settled(clock, scheduler.shutdown())
  await settled(clock, scheduler[Symbol.asyncDispose]())
  expect(calls).toEqual([])
  expect(existsSync(path)).toBe(false)
})

it('a store that is removed before it was used is not opened', async () => {
  const path = newDatabasePath()
  const { clock, scheduler } = newBench({ jobStores: { file: new SqliteJobStore({ path }) } })
  await settled(clock, scheduler.removeJobStore('file'))
  expect(existsSync(path)).toBe(false)
})

it('a store that could not be opened is not asked again after shutdown', async () => {
  let tries = 0
  const store = intercepted(new MemoryJobStore(), ({ operation, proceed }) => {
    if (operation !== 'start') return proceed()
    tries += 1
    return Promise.reject(new Error('the server is away'))
  })
  const { clock, scheduler } = newBench({ jobStores: { default: store } })
  await scheduler.start()
  await clock.advance(MINUTE)
  expect(tries).toBeGreaterThan(5)
  await settled(clock, scheduler.shutdown())
  const triesBefore = tries
  await clock.advance(MINUTE)
  expect(tries).toBe(triesBefore)
})
