import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'pg'
import { expect, it, onTestFinished } from 'vitest'
import { randomId } from '../../../../src/core/random-id.ts'
import { Scheduler, type SchedulerOptions } from '../../../../src/index.ts'
import { PostgresJobStore } from '../../../../src/postgres.ts'

const url = process.env['CRONWRIGHT_TEST_POSTGRES_URL'] ?? ''

/** One that enqueues and one that executes, and asks its store only every half a minute. */
async function pair(table: string): Promise<{ asks: Scheduler; works: Scheduler; started: string[] }> {
  const started: string[] = []
  const open = async (options: SchedulerOptions): Promise<Scheduler> => {
    const store = new PostgresJobStore({ url, table, maxConnections: 3 })
    const scheduler = new Scheduler({ jobStores: { default: store }, pollInterval: '30s', ...options })
    onTestFinished(() => scheduler.shutdown({ timeout: 0 }))
    scheduler.register('item', (input: string) => void started.push(input))
    await scheduler.start()
    return scheduler
  }
  return { asks: await open({ roles: { execute: false } }), works: await open({}), started }
}

it('tell another process of what is enqueued: it starts at once, not with the next poll', async () => {
  const { asks, started } = await pair(`n${randomId().slice(0, 12)}`)
  // The connection that listens is opened beside the start.
  await sleep(500)
  for (const input of ['first', 'second', 'third']) {
    const begun = performance.now()
    await asks.enqueue('item', input)
    await expect.poll(() => started.at(-1), { timeout: 5_000, interval: 5 }).toBe(input)
    expect(performance.now() - begun).toBeLessThan(2_000)
  }
})

it('listen again after their connection was ended by the server', async () => {
  const { asks, started } = await pair(`n${randomId().slice(0, 12)}`)
  await sleep(500)
  const pool = new Pool({ connectionString: url })
  onTestFinished(() => pool.end())
  await pool.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
  await sleep(4_000)
  await asks.enqueue('item', 'after it')
  await expect.poll(() => started, { timeout: 5_000, interval: 5 }).toEqual(['after it'])
})
