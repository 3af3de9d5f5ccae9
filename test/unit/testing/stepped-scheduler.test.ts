import { mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as realSleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { cron, date, interval, type JobStoreSource, MemoryJobStore } from '../../../src/index.ts'
import { FaultyJobStore, ManualClock, steppedScheduler } from '../../../src/testing.ts'

const START = Date.UTC(2026, 0, 1)
const HOUR = 3_600_000

function newFile(): string {
  const directory = mkdtempSync(join(tmpdir(), 'cronwright-stepped-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return join(directory, 'jobs.db')
}

const STORES: readonly (readonly [name: string, newSource: () => JobStoreSource])[] = [
  ['the memory store', () => 'memory:'],
  ['SQLite', () => `sqlite:${newFile()}`],
]

describe.each(STORES)('a stepped scheduler on %s', (_name, newSource) => {
  it('has handlers that read files and sleep in real time end before time goes on', async () => {
    await using stepped = await steppedScheduler({ patience: '1m', jobStores: { default: newSource() } })
    const { scheduler, clock } = stepped
    const times: number[] = []
    scheduler.register('slow', async () => {
      const began = clock.now()
      const text = await readFile(fileURLToPath(import.meta.url), 'utf8')
      await realSleep(15)
      for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve))
      times.push(began - START, clock.now() - START, text.length > 0 ? 0 : 1)
    })
    await scheduler.addJob('slow', interval('1s'))
    await stepped.advance('3s')
    expect(times).toEqual([1_000, 1_000, 0, 2_000, 2_000, 0, 3_000, 3_000, 0])
    expect((await scheduler.getRuns()).map(({ state }) => state)).toEqual(['completed', 'completed', 'completed'])
  })

  it('takes the same course every time', async () => {
    const course = async (): Promise<unknown[]> => {
      await using stepped = await steppedScheduler({ patience: '1m', jobStores: { default: newSource() } })
      const { scheduler, clock } = stepped
      const seen: unknown[] = []
      for (const event of ['run:submitted', 'run:started', 'run:completed', 'run:retrying'] as const) {
        scheduler.on(event, ({ runId }) => void seen.push([event, runId, clock.now()]))
      }
      scheduler.register('work', async (input: number, run) => {
        await realSleep(input)
        if (run.attempt === 1) throw new Error('once more')
      })
      for (const [index, ms] of [50, 0, 25].entries()) {
        const options = { id: `job-${index}`, input: ms, retry: { attempts: 2, delay: '5s', jitter: 0 } }
        await scheduler.addJob('work', interval(`${index + 1}m`), options)
      }
      await stepped.advance('4m')
      return seen
    }
    const first = await course()
    expect(first.length).toBeGreaterThan(20)
    expect(await course()).toEqual(first)
  })
})

describe('a stepped scheduler', () => {
  it.each(['memory:', 'sqlite::memory:'])('runs a daily job once a day, at its time, on %s', async (source) => {
    await using stepped = await steppedScheduler({ jobStores: { default: source } })
    const times: number[] = []
    stepped.scheduler.register('daily', () => {
      times.push((stepped.clock.now() - START) / HOUR)
    })
    await stepped.scheduler.addJob('daily', cron('0 9 * * *'))
    await stepped.advance('1d12h')
    expect(times).toEqual([9, 33])
  })

  it('advances to an instant, and not back', async () => {
    await using stepped = await steppedScheduler()
    await stepped.advanceTo('2026-01-01T02:00:00Z')
    expect(new Date(stepped.clock.now())).toEqual(new Date('2026-01-01T02:00:00Z'))
    await expect(stepped.advanceTo(new Date(START))).rejects.toMatchObject({ details: { field: 'instant' } })
  })

  it('is in UTC unless it is told otherwise', async () => {
    await using stepped = await steppedScheduler()
    await using elsewhere = await steppedScheduler({ timezone: 'Europe/Athens' })
    const nine = async ({ scheduler }: typeof stepped): Promise<Date | null> =>
      (await scheduler.addJob(() => undefined, cron('0 9 * * *'))).nextRunTime
    expect(await nine(stepped)).toEqual(new Date(START + 9 * HOUR))
    expect(await nine(elsewhere)).toEqual(new Date(START + 7 * HOUR))
  })

  it('settles without letting time pass', async () => {
    await using stepped = await steppedScheduler({ patience: '1m' })
    const run = await stepped.scheduler.enqueue(async () => {
      await realSleep(20)
      return 'done'
    })
    await stepped.settled()
    expect(await stepped.scheduler.getRun(run.id)).toMatchObject({ state: 'completed', finishedAt: new Date(START) })
  })

  it('lets a handler sleep by the clock, which takes no real time', async () => {
    await using stepped = await steppedScheduler({ patience: '1h' })
    const { scheduler, clock } = stepped
    const run = await scheduler.enqueue(() => clock.sleep('10m'))
    await stepped.advance('15m')
    expect((await scheduler.getRun(run.id))?.finishedAt).toEqual(new Date(START + 600_000))
  })

  it('goes on without a handler that waits for the test, and takes it up when it ends', async () => {
    await using stepped = await steppedScheduler({ patience: 20 })
    let letGo: () => void = () => undefined
    const run = await stepped.scheduler.enqueue(
      () =>
        new Promise<void>((resolve) => {
          letGo = resolve
        }),
    )
    await stepped.advance('1m')
    expect(await stepped.scheduler.getRun(run.id)).toMatchObject({ state: 'running' })
    letGo()
    await stepped.settled()
    expect(await stepped.scheduler.getRun(run.id)).toMatchObject({ state: 'completed', attempt: 1 })
  })

  it('runs everything that waits: delays, and retries after them', async () => {
    await using stepped = await steppedScheduler()
    const { scheduler } = stepped
    const attempts: number[] = []
    const run = await scheduler.enqueue(
      (_input, { attempt }) => {
        attempts.push(attempt)
        if (attempt < 3) throw new Error('not yet')
      },
      null,
      { delay: '10m', retry: { attempts: 3, delay: '5m', factor: 1, jitter: 0 } },
    )
    await scheduler.addJob(() => undefined, interval('1m'), { id: 'never-over' })
    await stepped.runAll()
    expect(attempts).toEqual([1, 2, 3])
    expect((await scheduler.getRun(run.id))?.finishedAt).toEqual(new Date(START + 1_200_000))
  })

  it('lets time pass until a promise is settled', async () => {
    await using stepped = await steppedScheduler()
    const run = await stepped.scheduler.enqueue(() => 'done', null, { delay: '90s' })
    expect(await stepped.until(stepped.scheduler.waitForRun(run))).toBe('done')
    expect(stepped.clock.monotonic()).toBe(90_000)
    await expect(stepped.until(Promise.reject(new Error('no')))).rejects.toThrow('no')
  })

  it('says which runs are left when the limit is reached', async () => {
    await using stepped = await steppedScheduler()
    await stepped.scheduler.enqueue(() => undefined, null, { id: 'far-away', delay: '20m' })
    await expect(stepped.runAll('10m')).rejects.toThrow(/far-away/)
    await stepped.runAll('20m')
  })

  it('runs everything through an outage', async () => {
    const clock = new ManualClock(START)
    const store = new FaultyJobStore(new MemoryJobStore(), { clock })
    await using stepped = await steppedScheduler({ clock, jobStores: { default: store } })
    const run = await stepped.scheduler.enqueue(() => 'done', null, { delay: '1s' })
    store.fail('10m')
    await stepped.runAll()
    expect(await stepped.scheduler.getRun(run.id)).toMatchObject({ state: 'completed' })
    expect(clock.monotonic()).toBeGreaterThanOrEqual(600_000)
  })

  it('shares its clock, and a file, with another as two processes would', async () => {
    const clock = new ManualClock(START)
    const path = newFile()
    const ran: string[] = []
    const process = async (name: string): ReturnType<typeof steppedScheduler> => {
      const stepped = await steppedScheduler({ clock, jobStores: { default: `sqlite:${path}` }, pollInterval: '1s' })
      stepped.scheduler.register('work', (_input, run) => void ran.push(`${name} ${run.id}`))
      return stepped
    }
    await using left = await process('left')
    await using right = await process('right')
    await left.scheduler.addJob('work', interval('10s'), { id: 'shared' })
    await clock.advance('1m')
    expect(ran.map((entry) => entry.split(' ')[1])).toEqual(
      [1, 2, 3, 4, 5, 6].map((tick) => `shared@${START + tick * 10_000}`),
    )
    expect((await right.scheduler.getRuns({ state: 'completed' })).length).toBe(6)
  })

  it('shuts down with a run at work, a store that is slow, and no more than the time that takes', async () => {
    const clock = new ManualClock(START)
    const store = new FaultyJobStore(new MemoryJobStore(), { clock, latency: '2s' })
    const stepped = await steppedScheduler({ clock, jobStores: { default: store }, patience: 20 })
    await stepped.until(stepped.scheduler.addJob(() => new Promise(() => undefined), date(clock.now() + 60_000)))
    await stepped.advance('2m')
    await stepped.shutdown({ wait: false })
    expect(stepped.scheduler.state).toBe('stopped')
    expect(clock.monotonic()).toBeLessThan(160_000)
  })

  it('tells a wrong option as a scheduler does', async () => {
    await expect(steppedScheduler({ patience: 'soon' })).rejects.toMatchObject({
      details: { field: 'options.patience' },
    })
    await expect(steppedScheduler({ jobStores: { default: 'nowhere:' } })).rejects.toMatchObject({
      details: { field: 'options.jobStores.default' },
    })
  })
})
