/**
 * A client waited for a lock longer than its own session lived, was granted the lock all the same, and went to work beside
 * the next holder.
 */

import { describe, expect, it } from 'vitest'
import { interval } from '../../src/index.ts'
import { nameOf } from '../integration/crash-points/mortal.ts'
import { DATABASES, type Interceptor } from '../integration/reliability/connections.ts'
import { Gate, newBench, Recorder, runOf, SECOND } from '../unit/scheduler/support.ts'

/** A way to the store on which the answer to one kind of change takes its time. */
class SlowWire {
  answer: () => void = () => undefined
  readonly #slow: string

  constructor(slow: string) {
    this.#slow = slow
  }

  readonly interceptor: Interceptor = async (call) => {
    const answer = await call.proceed()
    if (nameOf(call).includes(this.#slow)) {
      await new Promise<void>((resolve) => {
        this.answer = resolve
      })
    }
    return answer
  }
}

describe.each(DATABASES)('on %s', (_name, newDatabase) => {
  it.each(['claim', 'fire'])('a %s that is granted after its lease is over starts no handler', async (slow) => {
    const database = newDatabase()
    const wire = new SlowWire(slow)
    const late = newBench({ workerId: 'late', jobStores: { default: database.connect(wire.interceptor) } })
    const next = newBench({ workerId: 'next', jobStores: { default: database.connect() } })
    const recorder = new Recorder(late.clock)
    const gate = new Gate()
    late.scheduler.register('work', recorder.handler)
    next.scheduler.register('work', gate.handler)
    if (slow === 'fire') await late.scheduler.addJob('work', interval('1s'), { maxRuns: 1 })
    else await late.scheduler.enqueue('work', undefined, { delay: '1s' })
    await late.scheduler.start()
    await late.clock.advance(2 * SECOND)
    await next.scheduler.start()
    await next.clock.advance(18 * SECOND)
    expect(gate.entered).toHaveLength(1)

    await late.clock.advance(18 * SECOND)
    wire.answer()
    await late.clock.advance(5 * SECOND)
    expect(recorder.calls).toEqual([])
    gate.open('of the next')
    await next.clock.advance(SECOND)
    const id = gate.entered[0]?.id ?? ''
    expect(await runOf(next.scheduler, id)).toMatchObject({ state: 'completed', worker: 'next', output: 'of the next' })
  })

  it('a claim that is granted after its lease is over, and that nobody else took, is not lost', async () => {
    const database = newDatabase()
    const wire = new SlowWire('claim')
    const { clock, scheduler } = newBench({ jobStores: { default: database.connect(wire.interceptor) } })
    const recorder = new Recorder(clock)
    scheduler.register('work', recorder.handler)
    const { id } = await scheduler.enqueue('work')
    await scheduler.start()
    await clock.advance(20 * SECOND)
    wire.answer()
    await clock.advance(SECOND)
    wire.answer()
    await clock.advance(SECOND)
    expect(recorder.calls.map(({ run }) => run.id)).toEqual([id])
    expect(await runOf(scheduler, id)).toMatchObject({ state: 'completed' })
  })
})
