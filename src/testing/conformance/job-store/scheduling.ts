/** A whole scheduler on the store, in time that is stepped by hand. */

import assert from 'node:assert/strict'
import type { RunContext } from '../../../jobs/context.ts'
import { date, interval } from '../../../triggers/index.ts'
import { ManualClock } from '../../manual-clock.ts'
import { type SteppedScheduler, steppedScheduler } from '../../stepped-scheduler.ts'
import type { StoreBench } from '../store-bench.ts'
import type { JobStoreCase } from './methods.ts'

const START = Date.UTC(2026, 0, 15, 12)
const MINUTE = 60_000

/** What a handler was called with: its input, and the due time in minutes after the start. */
type Call = readonly [input: unknown, minute: number]

interface Stepped extends SteppedScheduler {
  /** Calls of the function `note`. */
  readonly calls: readonly Call[]
}

/** A scheduler on a store of this data, with the function `note`. */
async function schedulerOn(
  bench: StoreBench,
  name = bench.newName(),
  clock = new ManualClock(START),
): Promise<Stepped> {
  const stepped = await steppedScheduler({ clock, jobStores: { default: bench.make({ name }) } })
  const calls: Call[] = []
  stepped.scheduler.register('note', (input: unknown, run: RunContext) => {
    calls.push([input, (run.dueAt.getTime() - START) / MINUTE])
  })
  return Object.assign(stepped, { calls })
}

export const SCHEDULING: readonly JobStoreCase[] = [
  {
    name: 'has a job fired at each of its times, and moves it on',
    async run(bench) {
      await using stepped = await schedulerOn(bench)
      const { scheduler, calls } = stepped
      await scheduler.addJob('note', interval('1m'), { id: 'minutely', input: 'a' })
      await stepped.advance('3m30s')
      assert.deepEqual(calls, [
        ['a', 1],
        ['a', 2],
        ['a', 3],
      ])
      assert.deepEqual((await scheduler.getJob('minutely'))?.nextRunTime, new Date(START + 4 * MINUTE))
    },
  },
  {
    name: 'has jobs fired in the order of their times, each with its input',
    async run(bench) {
      await using stepped = await schedulerOn(bench)
      for (const minute of [3, 1, 2]) {
        await stepped.scheduler.addJob('note', date(START + minute * MINUTE), { id: `at-${minute}`, input: { minute } })
      }
      await stepped.advance('5m')
      assert.deepEqual(
        stepped.calls,
        [1, 2, 3].map((minute) => [{ minute }, minute]),
      )
    },
  },
  {
    name: 'has 100 jobs that are due at once fired, each once',
    async run(bench) {
      await using stepped = await schedulerOn(bench)
      const inputs = Array.from({ length: 100 }, (_, index) => index)
      const options = (input: number): object => ({ id: `job-${input}`, input })
      await stepped.scheduler.addJobs(
        inputs.map((input) => ({ fn: 'note', trigger: date(START + MINUTE), options: options(input) })),
      )
      await stepped.advance('2m')
      assert.deepEqual(
        stepped.calls.map(([input]) => Number(input)).sort((a, b) => a - b),
        inputs,
      )
    },
  },
  {
    name: 'loses a job after its last time',
    async run(bench) {
      await using stepped = await schedulerOn(bench)
      await stepped.scheduler.addJob('note', date(START + MINUTE), { id: 'once' })
      await stepped.advance('1m')
      assert.equal(stepped.calls.length, 1)
      assert.deepEqual(await stepped.scheduler.getJobs(), [])
    },
  },
  {
    name: 'keeps a paused job from firing until it is resumed',
    async run(bench) {
      await using stepped = await schedulerOn(bench)
      const { scheduler, calls } = stepped
      await scheduler.addJob('note', interval('1m'), { id: 'minutely' })
      await scheduler.pauseJob('minutely')
      await stepped.advance('5m')
      assert.deepEqual(calls, [])
      await scheduler.resumeJob('minutely')
      await stepped.advance('1m')
      assert.equal(calls.length, 1)
    },
  },
  {
    name: 'takes a new schedule and a new input for a job',
    async run(bench) {
      await using stepped = await schedulerOn(bench)
      const { scheduler, calls } = stepped
      await scheduler.addJob('note', interval('1h'), { id: 'changing', input: 'old' })
      await scheduler.modifyJob('changing', { input: 'new' })
      await scheduler.rescheduleJob('changing', date(START + 2 * MINUTE))
      await stepped.advance('3m')
      assert.deepEqual(calls, [['new', 2]])
    },
  },
  {
    name: 'has its jobs go on after a restart, where they were, and what was missed caught up once',
    needs: 'persistent',
    async run(bench) {
      const name = bench.newName()
      const clock = new ManualClock(START)
      {
        await using stepped = await schedulerOn(bench, name, clock)
        await stepped.scheduler.addJob('note', interval('10m'), { id: 'steady', input: 'kept' })
        await stepped.advance('15m')
        assert.deepEqual(stepped.calls, [['kept', 10]])
      }
      await clock.advance('30m')

      await using stepped = await schedulerOn(bench, name, clock)
      await stepped.advanceTo(START + 65 * MINUTE)
      assert.deepEqual(stepped.calls, [
        ['kept', 40],
        ['kept', 50],
        ['kept', 60],
      ])
    },
  },
]
