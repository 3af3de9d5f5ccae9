/**
 * A database retried a transaction whose reply was lost although it had taken effect, and wrote everything in it a second
 * time.
 */

import { describe, expect, it } from 'vitest'
import { ConflictingIdError, interval } from '../../src/index.ts'
import { nameOf } from '../integration/crash-points/mortal.ts'
import { DATABASES, type Interceptor } from '../integration/reliability/connections.ts'
import { historyOf, newBench, Recorder, rejection, runOf, SECOND } from '../unit/scheduler/support.ts'

const SECONDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((second) => second * SECOND)

/** Makes every commit twice, as a driver does that heard no answer to the first; gives the first or the second answer. */
function twice(given: 'first' | 'second'): Interceptor {
  return async ({ operation, proceed }) => {
    if (operation !== 'commit') return proceed()
    const [first, second] = [await proceed(), await proceed()]
    return given === 'first' ? first : second
  }
}

describe.each(DATABASES)('on %s', (_name, newDatabase) => {
  it('a commit that is made twice adds and counts nothing twice', async () => {
    const { clock, scheduler } = newBench({ jobStores: { default: newDatabase().connect(twice('first')) } })
    const recorder = new Recorder(clock)
    scheduler.register('work', recorder.handler)
    scheduler.register('flaky', (_input: unknown, { attempt }) => {
      if (attempt === 1) throw new Error('the first attempt fails')
    })
    await scheduler.addJob('work', interval('1s'), { id: 'tick', maxRuns: 10 })
    const flaky = await scheduler.enqueue('flaky', 1, { retry: 2 })
    await scheduler.enqueueMany('work', [1, 2, 3])
    await scheduler.start()
    await clock.advance(20 * SECOND)
    expect(await historyOf(scheduler, 'tick')).toEqual(SECONDS.map((due) => [due, 'completed']))
    expect(recorder.calls).toHaveLength(13)
    expect(await runOf(scheduler, flaky.id)).toMatchObject({ state: 'completed', attempt: 2 })
    expect(await scheduler.getRuns()).toHaveLength(14)
  })

  it.each(['completed', 'retry', 'renew'])(
    'a %s that is repeated, and of which only the refusal is heard, counts once',
    async (step) => {
      const repeat = twice('second')
      let isFirst = true
      const interceptor: Interceptor = (call) => {
        if (!isFirst || !nameOf(call).includes(step)) return call.proceed()
        isFirst = false
        return repeat(call)
      }
      const { clock, scheduler } = newBench({ jobStores: { default: newDatabase().connect(interceptor) } })
      const attempts: number[] = []
      scheduler.register('work', (_input: unknown, { attempt }) => {
        attempts.push(attempt)
        return new Promise<string>((resolve, reject) => {
          clock.setTimer(() => (attempt === 1 ? reject(new Error('once')) : resolve('done')), 20 * SECOND)
        })
      })
      const { id } = await scheduler.enqueue('work', 1, { retry: { attempts: 3, delay: '1s' } })
      await scheduler.start()
      for (let passed = 0; passed < 60; passed += 1) await clock.advance(SECOND)
      expect(attempts).toEqual([1, 2])
      expect(await runOf(scheduler, id)).toMatchObject({ state: 'completed', output: 'done', attempt: 2 })
    },
  )

  it('an enqueueing that a caller repeats with its id, after a lost reply, adds one run', async () => {
    let isLost = true
    const interceptor: Interceptor = async (call) => {
      const answer = await call.proceed()
      if (call.operation !== 'commit' || !isLost) return answer
      isLost = false
      throw new Error('the reply was lost')
    }
    const { clock, scheduler } = newBench({ jobStores: { default: newDatabase().connect(interceptor) } })
    const recorder = new Recorder(clock)
    scheduler.register('work', recorder.handler)
    const enqueue = () => scheduler.enqueue('work', 1, { id: 'order-7' })
    expect(await rejection(enqueue())).toMatchObject({ message: 'the reply was lost' })
    expect(await rejection(enqueue())).toBeInstanceOf(ConflictingIdError)
    await scheduler.start()
    await clock.advance(SECOND)
    expect(recorder.calls.map(({ run }) => run.id)).toEqual(['order-7'])
  })
})
