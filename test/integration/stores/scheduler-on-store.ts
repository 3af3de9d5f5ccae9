/**
 * The whole scheduler on one store, by the real clock: what people use, two schedulers at a time, as sentences. Every
 * built-in store that processes can share passes all of them.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { cron, interval, type RunContext, Scheduler, type SchedulerOptions } from '../../../src/index.ts'
import type { RecordJobStore } from '../../../src/stores/record-job-store.ts'
import { FaultyJobStore } from '../../../src/testing.ts'

/** Makes a store on the data of one name: the same name, the same data. */
export type MakeNamedStore = (name: string) => RecordJobStore

const LEASE_MS = 2_000
const POLL_MS = 100

export function describeSchedulerOn(store: string, makeStore: MakeNamedStore): void {
  describe(`two schedulers on ${store}`, () => {
    const open: Scheduler[] = []
    let count = 0
    const data = (): string => `s${count}`

    /** A scheduler on the data of this test. */
    const scheduler = (options: SchedulerOptions = {}): Scheduler => {
      const made = new Scheduler({
        jobStores: { default: makeStore(data()) },
        leaseDuration: LEASE_MS,
        pollInterval: POLL_MS,
        ...options,
      })
      open.push(made)
      return made
    }
    const pair = async (
      register: (each: Scheduler) => void,
      options?: SchedulerOptions,
    ): Promise<[Scheduler, Scheduler]> => {
      const both: [Scheduler, Scheduler] = [scheduler(options), scheduler(options)]
      for (const each of both) register(each)
      for (const each of both) await each.start()
      return both
    }

    afterEach(async () => {
      count += 1
      await Promise.all(open.splice(0).map((each) => each.shutdown({ timeout: 0 })))
    })

    it('fire each due time once, and leave a run of each', async () => {
      const fired: string[] = []
      const [first] = await pair((each) =>
        each.register('tick', (_input: unknown, run: RunContext) => void fired.push(run.id)),
      )
      await first.addJob('tick', interval('200ms'), { id: 'tick' })
      await expect.poll(() => fired.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(8)
      expect(new Set(fired).size).toBe(fired.length)
      await expect
        .poll(async () => (await first.getRuns({ jobId: 'tick', state: 'completed' })).length)
        .toBeGreaterThanOrEqual(8)
      const dues = (await first.getRuns({ jobId: 'tick' })).map((run) => run.dueAt.getTime()).reverse()
      for (const [index, due] of dues.slice(1).entries()) expect(due - (dues[index] ?? 0)).toBe(200)
    })

    it('start a cron job in its second, never early', async () => {
      const lateness: number[] = []
      const [first] = await pair((each) =>
        each.register(
          'tick',
          (_input: unknown, run: RunContext) => void lateness.push(Date.now() - run.dueAt.getTime()),
        ),
      )
      await first.addJob('tick', cron('* * * * * *'))
      await expect.poll(() => lateness.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(2)
      for (const late of lateness) expect(late).toBeGreaterThanOrEqual(0)
    })

    it('share what is enqueued: each of 300 runs is done once', async () => {
      const done: number[] = []
      const workers = new Set<string | null>()
      const [first, second] = await pair(
        (each) => {
          each.register('item', (input: { index: number }) => void done.push(input.index))
          each.on('run:completed', ({ run }) => void workers.add(run.worker))
        },
        { executors: { default: { type: 'async', maxConcurrency: 5 } } },
      )
      const inputs = Array.from({ length: 150 }, (_, index) => ({ index }))
      await first.enqueueMany('item', inputs)
      await second.enqueueMany(
        'item',
        inputs.map(({ index }) => ({ index: index + 150 })),
      )
      await expect.poll(() => done.length, { timeout: 15_000 }).toBe(300)
      expect(new Set(done).size).toBe(300)
    })

    it('serve queues in order, then by priority', async () => {
      const order: string[] = []
      const one = scheduler({ executors: { default: { type: 'async', maxConcurrency: 1 } } })
      one.register('item', (input: string) => void order.push(input))
      await one.start({ paused: true })
      await one.enqueue('item', 'low', { queue: 'low', priority: 9 })
      await one.enqueue('item', 'default 1')
      await one.enqueue('item', 'default 2', { priority: 5 })
      await one.enqueue('item', 'critical', { queue: 'critical' })
      one.resume()
      await expect.poll(() => order.length, { timeout: 10_000 }).toBe(4)
      expect(order).toEqual(['critical', 'default 2', 'default 1', 'low'])
    })

    it('try a failed run again, and tell its end to whoever waits for it, elsewhere too', async () => {
      const [first, second] = await pair((each) =>
        each.register('flaky', (_input: unknown, run: RunContext) => {
          if (run.attempt < 3) throw new Error(`attempt ${run.attempt}`)
          return { attempt: run.attempt, when: new Date(5) }
        }),
      )
      const run = await first.enqueue('flaky', undefined, { retry: { attempts: 3, delay: 20, factor: 1 } })
      const output = { attempt: 3, when: new Date(5) }
      expect(await second.waitForRun(run.id, { signal: AbortSignal.timeout(10_000) })).toEqual(output)
      expect(await first.getRun(run.id)).toMatchObject({ state: 'completed', attempt: 3, output })
    })

    it('keep a run that used up its attempts as a dead letter, and requeue it with another input', async () => {
      const [first, second] = await pair((each) =>
        each.register('picky', (input: { ok: boolean }) => {
          if (!input.ok) throw new Error('not ok')
        }),
      )
      const run = await first.enqueue('picky', { ok: false }, { retry: { attempts: 2, delay: 10 } })
      await expect.poll(async () => (await second.getRun(run.id))?.state, { timeout: 10_000 }).toBe('dead')
      expect((await second.deadLetters.list()).map(({ id }) => id)).toEqual([run.id])
      await second.deadLetters.requeue(run.id, { input: { ok: true } })
      await first.waitForRun(run.id, { signal: AbortSignal.timeout(10_000) })
      expect(await second.deadLetters.count()).toBe(0)
    })

    it('cancel a run at work in the other one: its handler is told within a poll', async () => {
      const told: unknown[] = []
      const [first, second] = await pair((each) =>
        each.register('long', async (_input: unknown, run: RunContext) => {
          await new Promise((resolve) => run.signal.addEventListener('abort', resolve, { once: true }))
          told.push(run.signal.reason)
        }),
      )
      const run = await first.enqueue('long')
      await expect.poll(async () => (await first.getRun(run.id))?.state, { timeout: 10_000 }).toBe('running')
      const holder = (await first.getRun(run.id))?.worker
      await (holder === first.workerId ? second : first).cancelRun(run.id)
      await expect.poll(() => told.length, { timeout: POLL_MS * 10 }).toBe(1)
      expect((await first.getRun(run.id))?.state).toBe('cancelled')
    })

    it('hand over at a shutdown: the other starts the run within a poll, and no attempt is used up', async () => {
      const starts: [string, number][] = []
      const [first, second] = await pair((each) =>
        each.register('long', async (_input: unknown, run: RunContext) => {
          starts.push([each.workerId, run.attempt])
          await new Promise((resolve) => run.signal.addEventListener('abort', resolve, { once: true }))
          throw run.signal.reason
        }),
      )
      const run = await first.enqueue('long')
      await expect.poll(() => starts.length, { timeout: 10_000 }).toBe(1)
      const holder = starts[0]?.[0] === first.workerId ? first : second
      const other = holder === first ? second : first
      await holder.shutdown({ timeout: 0 })
      await expect.poll(() => starts.length, { timeout: 10_000 }).toBe(2)
      expect(starts[1]).toEqual([other.workerId, 1])
      expect((await other.getRun(run.id))?.worker).toBe(other.workerId)
    })

    it('take over from one that died, with its last checkpoint', async () => {
      const resumes: unknown[] = []
      const line = new FaultyJobStore(makeStore(data()))
      const dying = scheduler({ jobStores: { default: line } })
      const started = new Promise<void>((resolve) => {
        dying.register('work', async (_input: unknown, run: RunContext) => {
          await run.checkpoint({ line: 7 })
          resolve()
          await new Promise(() => undefined)
        })
      })
      await dying.start()
      const run = await dying.enqueue('work')
      await started
      // As a process that is gone: nothing it says arrives any more.
      line.fail()
      const heir = scheduler()
      heir.register('work', (_input: unknown, context: RunContext) => void resumes.push(context.resume))
      await heir.start()
      await heir.waitForRun(run.id, { signal: AbortSignal.timeout(LEASE_MS * 5) })
      expect(resumes).toEqual([{ isResuming: true, reason: 'crash', previousAttempt: 1, checkpoint: { line: 7 } }])
    })

    it('find their jobs again after both were shut down', async () => {
      const [first, second] = await pair((each) => each.register('work', () => 'done'))
      await first.addJob('work', interval('1h'), { id: 'kept', input: { deep: new Map([[1, 2n]]) }, tags: ['mine'] })
      await first.shutdown()
      await second.shutdown()
      const later = scheduler()
      later.register('work', () => 'done')
      await later.start()
      expect(await later.getJob('kept')).toMatchObject({ input: { deep: new Map([[1, 2n]]) }, tags: ['mine'] })
      const run = await later.runJob('kept')
      expect(await later.waitForRun(run)).toBe('done')
    })

    it('see each other pause and resume a job, and change it', async () => {
      const [first, second] = await pair((each) => each.register('work', () => undefined))
      await first.addJob('work', interval('1h'), { id: 'job' })
      await second.pauseJob('job')
      expect(await first.getJob('job')).toMatchObject({ paused: true, nextRunTime: null })
      await first.resumeJob('job')
      await second.modifyJob('job', { priority: 3 })
      expect(await first.getJob('job')).toMatchObject({ paused: false, priority: 3 })
    })

    it('pause a queue for both', async () => {
      const done: string[] = []
      const [first, second] = await pair((each) => each.register('item', (input: string) => void done.push(input)))
      await first.queue('default').pause()
      await sleep(POLL_MS * 3)
      await second.enqueue('item', 'waits')
      await sleep(POLL_MS * 4)
      expect(done).toEqual([])
      await second.queue('default').resume()
      await expect.poll(() => done, { timeout: 10_000 }).toEqual(['waits'])
    })

    it('add a run with a unique key once, though both enqueue it at the same time', async () => {
      const [first, second] = await pair((each) => each.register('item', () => undefined))
      await first.queue('default').pause()
      await sleep(POLL_MS * 3)
      for (let order = 1; order <= 20; order += 1) {
        const enqueue = (each: Scheduler) => each.enqueue('item', undefined, { unique: `order ${order}` })
        const runs = await Promise.all([enqueue(first), enqueue(second), enqueue(first), enqueue(second)])
        expect(new Set(runs.map(({ id }) => id)).size).toBe(1)
      }
      expect(await first.getRuns({ state: 'pending' })).toHaveLength(20)
    })

    it('know each other as workers, and count the same', async () => {
      const [first, second] = await pair((each) => each.register('item', () => undefined))
      await first.enqueueMany(
        'item',
        Array.from({ length: 20 }, () => undefined),
      )
      await second.queue('default').drain({ timeout: 10_000 })
      await expect.poll(async () => (await second.getStats()).totals.completed, { timeout: 10_000 }).toBe(20)
      await expect.poll(async () => (await first.getStats()).totals.completed, { timeout: 10_000 }).toBe(20)
      const ids = (await first.getWorkers()).map(({ id }) => id).sort()
      expect(ids).toEqual([first.workerId, second.workerId].sort())
    })

    it('read what a handler logged, elsewhere', async () => {
      const [first, second] = await pair((each) =>
        each.register('talks', (_input: unknown, run: RunContext) => {
          run.log.info({ step: 1 }, 'begun')
          run.count('read', 3)
        }),
      )
      const run = await first.enqueue('talks')
      await second.waitForRun(run.id, { signal: AbortSignal.timeout(10_000) })
      expect(await second.getRunLog(run.id)).toMatchObject([{ level: 'info', message: 'begun', fields: { step: 1 } }])
      expect((await second.getRun(run.id))?.counters).toEqual({ read: 3 })
    })
  })
}
