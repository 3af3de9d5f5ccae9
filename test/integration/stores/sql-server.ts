/** What a store on an SQL server says and does when its server, or the way to it, is not as it should be. */

import { setTimeout as sleep } from 'node:timers/promises'
import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { randomId } from '../../../src/core/random-id.ts'
import { CronwrightError } from '../../../src/errors.ts'
import { interval, type RunContext, Scheduler } from '../../../src/index.ts'
import type { StoreHost } from '../../../src/stores/job-store.ts'
import type { RecordJobStore } from '../../../src/stores/record-job-store.ts'
import { beforePause } from './before-pause.ts'
import { launchServer, type OwnServer } from './own-server.ts'

/** A pool of the driver's, as a user would open one. */
export interface UsersPool {
  readonly store: RecordJobStore
  /** Whether the pool still answers. */
  answers(): Promise<boolean>
  end(): Promise<void>
}

export interface SqlServerUnderTest {
  /** Module of scripts/servers that starts one. */
  readonly recipe: string
  /** The server that all tests share. */
  readonly url: string
  /** A store on a server and a table of that name. */
  create(url: string, table: string, options?: { readonly autoMigrate?: boolean }): RecordJobStore
  usersPool(url: string, table: string): Promise<UsersPool>
  /** URLs that do not lead in, and what the error says. The password in them is {@link PASSWORD}. */
  readonly closedDoors: readonly (readonly [name: string, url: string, says: string])[]
}

export const PASSWORD = 'hunter2-secret'

const HOST: StoreHost = {
  workerId: 'tester',
  now: () => Date.now(),
  wakeup: () => undefined,
  reportError: () => undefined,
}

const newTable = (): string => `i${randomId().slice(0, 12)}`

async function openError(store: RecordJobStore): Promise<CronwrightError> {
  try {
    await store.start(HOST, 'tested')
  } catch (error) {
    if (error instanceof CronwrightError) return error
    throw error
  }
  await store.shutdown()
  throw new Error('the store opened')
}

export function describeSqlServer(name: string, server: SqlServerUnderTest): void {
  describe(`the ${name} store says why it cannot open, and shows no password`, () => {
    it.each(server.closedDoors)('%s', async (_name, url, says) => {
      const error = await openError(server.create(url, newTable()))
      expect(error).toMatchObject({ code: 'STORE_ERROR', details: { operation: 'open', store: 'tested' } })
      expect(error.message).toContain(says)
      expect(inspect(error, { depth: null, showHidden: true })).not.toContain(PASSWORD)
    })

    it('a table that may not be made', async () => {
      const error = await openError(server.create(server.url, newTable(), { autoMigrate: false }))
      expect(error.message).toContain('start once with autoMigrate: true')
    })
  })

  describe(`the ${name} store`, () => {
    it('is made by ten processes at once', async () => {
      const table = newTable()
      const stores = Array.from({ length: 10 }, () => server.create(server.url, table))
      onTestFinished(() => Promise.all(stores.map((store) => store.shutdown())).then(() => undefined))
      await Promise.all(stores.map((store) => store.start(HOST, 'tested')))
      expect(await Promise.all(stores.map((store) => store.count({ kind: 'job' })))).toEqual(Array(10).fill(0))
    })

    it("works on its user's pool, and leaves it open", async () => {
      const { store, answers, end } = await server.usersPool(server.url, newTable())
      onTestFinished(end)
      await store.start(HOST, 'tested')
      expect(await store.count({ kind: 'run' })).toBe(0)
      await store.shutdown()
      expect(await answers()).toBe(true)
    })

    it('UX-20 tells the time of its server', async () => {
      const store = server.create(server.url, newTable())
      onTestFinished(() => store.shutdown())
      await store.start(HOST, 'tested')
      const time = await store.serverTime()
      expect(Math.abs((time ?? 0) - Date.now())).toBeLessThan(2_000)
    })
  })

  describe(`a scheduler on ${name}`, () => {
    let own: OwnServer | undefined

    beforeAll(async () => {
      own = await launchServer(server.recipe)
    })

    afterAll(() => own?.remove())

    it.each(['is killed', 'stops answering'])(
      'goes on when its server %s and comes back',
      async (fault) => {
        const store = server.create(own?.url ?? '', newTable())
        const leaseDuration = 5_000
        const scheduler = new Scheduler({ jobStores: { default: store }, leaseDuration, pollInterval: 200 })
        onTestFinished(() => scheduler.shutdown({ timeout: 0 }))
        const errors: unknown[] = []
        const fired: string[] = []
        scheduler.on('store:error', ({ error }) => void errors.push(error))
        scheduler.register('tick', (_input: unknown, run: RunContext) => void fired.push(run.id))
        await scheduler.start()
        await scheduler.addJob('tick', interval('250ms'), { id: 'tick', coalesce: false, maxInstances: 1_000 })
        await expect.poll(() => fired.length, { timeout: 10_000 }).toBeGreaterThan(2)
        if (fault === 'is killed') own?.process.kill()
        else own?.process.pause()
        await sleep(2_500)
        const before = fired.length
        if (fault === 'is killed') await own?.process.start()
        else own?.process.resume()
        await expect.poll(() => fired.length, { timeout: 15_000 }).toBeGreaterThan(before + 12)
        expect(errors.length).toBeLessThanOrEqual(2)
        await scheduler.pauseJob('tick')
        await scheduler.queue('default').drain({ timeout: 15_000 })
        const runs = (await scheduler.getRuns({ jobId: 'tick', limit: 10_000 })).reverse()
        const dues = runs.map((run) => run.dueAt.getTime())
        for (const [index, due] of dues.slice(1).entries()) expect(due - (dues[index] ?? 0)).toBe(250)
        expect(new Set(beforePause(runs).map(({ state }) => state))).toEqual(new Set(['completed']))
      },
      60_000,
    )
  })
}
