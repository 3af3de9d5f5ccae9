/**
 * After a network partition healed, jobs of a cluster scheduler never ran again, though it said that it was well: the test
 * that showed it cut off random halves for 200 s, healed for 200 s, and looked only after a quiet time.
 */

import { describe, expect, it } from 'vitest'
import { cron, interval } from '../../src/index.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { DATABASES, type Interceptor } from '../integration/reliability/connections.ts'
import { Gate, historyOf, MINUTE, newBench, Recorder, runOf, SECOND, START } from '../unit/scheduler/support.ts'

/** A way to the store that can be cut. */
class Wire {
  isCut = false

  readonly interceptor: Interceptor = ({ proceed }) =>
    this.isCut ? Promise.reject(new Error('the network is partitioned')) : proceed()
}

/** Which processes are cut off, in turn. */
const PARTITIONS: readonly (readonly [name: string, cut: readonly (readonly boolean[])[]])[] = [
  [
    'one process, then the other, then both',
    [
      [true, false],
      [false, true],
      [true, true],
    ],
  ],
  ['both from the start on', [[true, true]]],
]

describe.each(DATABASES)('on %s', (_name, newDatabase) => {
  it.each(PARTITIONS)(
    'every job goes on after partitions of %s',
    { timeout: 60_000 },
    async (_partition, partitions) => {
      const database = newDatabase()
      const clock = new ManualClock(START)
      const recorder = new Recorder(clock)
      const gate = new Gate()
      const wires = [new Wire(), new Wire()]
      const schedulers = wires.map(({ interceptor }) => {
        const { scheduler } = newBench({ clock, jobStores: { default: database.connect(interceptor) } })
        scheduler.register('work', recorder.handler)
        scheduler.register('slow', gate.handler)
        return scheduler
      })
      const [scheduler] = schedulers
      if (scheduler === undefined) throw new Error('there are two')
      const options = { coalesce: false, history: { keep: 1_000 } }
      await scheduler.addJob('work', interval('10s'), { ...options, id: 'often' })
      await scheduler.addJob('work', cron('* * * * *'), { ...options, id: 'minutely' })
      const slow = await scheduler.enqueue('slow')
      for (const one of schedulers) await one.start()

      for (const cut of partitions) {
        for (const [index, wire] of wires.entries()) wire.isCut = cut[index] === true
        await clock.advance(200 * SECOND)
        for (const wire of wires) wire.isCut = false
        const healed = recorder.calls.length
        // A lease, two polls, and the longest of the two jobs.
        await clock.advance(15 * SECOND + 2 * SECOND + MINUTE)
        const since = new Set(recorder.calls.slice(healed).map(({ run }) => run.jobId))
        expect([...since].sort()).toEqual(['minutely', 'often'])
        await clock.advance(123 * SECOND)
      }
      for (const _work of gate.entered) gate.open('done')
      await clock.advance(20 * SECOND)

      const until = clock.now() - START
      for (const [id, every] of [
        ['often', 10 * SECOND],
        ['minutely', MINUTE],
      ] as const) {
        const history = await historyOf(scheduler, id)
        expect(history.map(([due]) => due)).toEqual(
          Array.from({ length: Math.floor(until / every) }, (_, index) => (index + 1) * every),
        )
        expect(history.filter(([, state]) => state !== 'completed')).toEqual([])
      }
      expect(new Set(recorder.calls.map(({ run }) => run.id)).size).toBe(recorder.calls.length)
      expect(await runOf(scheduler, slow.id)).toMatchObject({ state: 'completed', output: 'done' })
    },
  )
})
