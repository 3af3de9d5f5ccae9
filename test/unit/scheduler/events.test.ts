/** What listeners are told, in which order, and that no listener harms anybody. */

import { describe, expect, it } from 'vitest'
import { interval, type Logger, type RunEvent } from '../../../src/index.ts'
import { at, MINUTE, newBench, Recorder, recordEvents, runOf, SECOND, settled, startedBench } from './support.ts'

describe('events', () => {
  it('of a fire come in order: submitted, started, completed', async () => {
    const { clock, scheduler } = await startedBench()
    const events = recordEvents(scheduler)
    await scheduler.addJob(() => undefined, interval('1m'), { id: 'tick' })
    await clock.advance(2 * MINUTE)
    const runs = [at(MINUTE), at(2 * MINUTE)].map((due) => `tick@${due.getTime()}`)
    const each = runs.flatMap((id) => ['run:submitted', 'run:started', 'run:completed'].map((name) => `${name} ${id}`))
    expect(events).toEqual(['job:added tick', ...each])
  })

  it('of a run carry it as it is then', async () => {
    const { clock, scheduler } = await startedBench()
    const seen: RunEvent[] = []
    for (const name of ['run:submitted', 'run:started', 'run:completed', 'run:failed'] as const) {
      scheduler.on(name, (event) => seen.push(event))
    }
    const good = await scheduler.enqueue(() => 42)
    await clock.advance(0)
    const base = { runId: good.id, jobId: null, store: 'default' }
    expect(seen).toMatchObject([
      { ...base, run: { state: 'pending', attempt: 0 } },
      { ...base, run: { state: 'running', attempt: 1, startedAt: at(0), worker: scheduler.workerId } },
      { ...base, run: { state: 'completed', output: 42, finishedAt: at(0) } },
    ])
    seen.length = 0
    await scheduler.enqueue(() => Promise.reject(new Error('bad')))
    await clock.advance(0)
    expect(seen.at(-1)).toMatchObject({ run: { state: 'failed', error: { message: 'bad' } } })
  })

  it('of a job name it and its store', async () => {
    const { scheduler } = newBench()
    const seen: unknown[] = []
    scheduler.on('job:added', (event) => seen.push(event))
    await scheduler.addJob(() => undefined, interval('1m'), { id: 'tick' })
    expect(seen).toEqual([{ jobId: 'tick', store: 'default' }])
  })

  it('a handler that runs at once is started after it was submitted', async () => {
    const { clock, scheduler } = await startedBench()
    const order: string[] = []
    scheduler.on('run:submitted', () => order.push('submitted'))
    scheduler.on('run:started', () => order.push('started'))
    scheduler.on('run:completed', () => order.push('completed'))
    await scheduler.addJob(() => order.push('handler'), interval('1s'), { maxRuns: 1 })
    await clock.advance(SECOND)
    expect(order).toEqual(['submitted', 'started', 'handler', 'completed'])
  })

  it('a run is on record as completed when its event comes', async () => {
    const { clock, scheduler } = await startedBench()
    const states: Promise<unknown>[] = []
    scheduler.on('run:completed', ({ runId }) => states.push(scheduler.getRun(runId)))
    await scheduler.enqueue(() => undefined)
    await clock.advance(0)
    expect(await Promise.all(states)).toMatchObject([{ state: 'completed' }])
  })
})

describe('listeners', () => {
  it('that throw or reject harm neither the next listener, nor the run, nor the caller', async () => {
    const errors: unknown[] = []
    const note: Logger['error'] = (fields) => void errors.push(fields)
    const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: note }
    const { clock, scheduler } = await startedBench({ logger })
    const recorder = new Recorder(clock)
    for (const name of ['job:added', 'run:submitted', 'run:started', 'run:completed'] as const) {
      scheduler.on(name, () => {
        throw new Error(`thrown at ${name}`)
      })
      scheduler.on(name, () => Promise.reject(new Error(`rejected at ${name}`)))
    }
    const events = recordEvents(scheduler)
    await scheduler.addJob(recorder.handler, interval('1m'), { id: 'tick' })
    await clock.advance(2 * MINUTE)
    expect(recorder.times).toEqual([MINUTE, 2 * MINUTE])
    expect(events).toHaveLength(7)
    expect(errors).toHaveLength(14)
    expect(errors[0]).toMatchObject({ event: 'job:added', error: { message: 'thrown at job:added' } })
  })

  it('on gives the way to end it, once ends itself, off takes either away', async () => {
    const { scheduler } = newBench()
    const calls: string[] = []
    const note = (name: string) => () => calls.push(name)
    const always = note('always')
    const end = scheduler.on('scheduler:paused', always)
    scheduler.once('scheduler:paused', note('once'))
    const never = note('never')
    scheduler.on('scheduler:paused', never)
    scheduler.off('scheduler:paused', never)
    scheduler.once('scheduler:paused', never)
    scheduler.off('scheduler:paused', never)
    const endBefore = scheduler.once('scheduler:paused', never)
    endBefore()
    await scheduler.start()
    for (let round = 0; round < 2; round += 1) {
      scheduler.pause()
      scheduler.resume()
    }
    end()
    scheduler.pause()
    expect(calls).toEqual(['always', 'once', 'always'])
  })

  it('what one does to the run that it is shown reaches neither the handler nor the store', async () => {
    const { clock, scheduler } = await startedBench()
    const recorder = new Recorder(clock)
    for (const name of ['run:submitted', 'run:started', 'run:completed'] as const) {
      scheduler.on(name, ({ run }) => (run.input as number[]).push(2))
    }
    const { id } = await scheduler.enqueue(recorder.handler, [1])
    await clock.advance(0)
    expect(recorder.inputs).toEqual([[1]])
    expect(await runOf(scheduler, id)).toMatchObject({ state: 'completed', input: [1] })
  })

  it('a listener that is slow to settle holds nothing up', async () => {
    const { clock, scheduler } = await startedBench()
    const recorder = new Recorder(clock)
    scheduler.on('run:submitted', () => new Promise(() => undefined))
    await scheduler.addJob(recorder.handler, interval('1s'), { id: 'tick' })
    await clock.advance(10 * SECOND)
    expect(recorder.calls).toHaveLength(10)
  })

  it('a listener may call the scheduler', async () => {
    const { clock, scheduler } = await startedBench()
    const recorder = new Recorder(clock)
    scheduler.register('follow-up', recorder.handler)
    scheduler.on('run:completed', async ({ jobId }) => {
      if (jobId === 'first') await scheduler.enqueue('follow-up', 'after')
    })
    await scheduler.addJob(() => undefined, interval('1m'), { id: 'first', maxRuns: 1 })
    await clock.advance(MINUTE)
    expect(recorder.inputs).toEqual(['after'])
  })

  it('may stop the scheduler', async () => {
    const { clock, scheduler } = await startedBench()
    const recorder = new Recorder(clock)
    let stopping: Promise<void> | undefined
    scheduler.once('run:completed', () => {
      stopping = scheduler.shutdown()
    })
    await scheduler.addJob(recorder.handler, interval('1s'), { id: 'tick' })
    await clock.advance(10 * SECOND)
    await settled(clock, stopping ?? Promise.reject(new Error('nothing was completed')))
    expect(recorder.calls).toHaveLength(1)
  })

  it('an unknown event, and a listener that is no function, are refused', () => {
    const { scheduler } = newBench()
    for (const method of ['on', 'once', 'off'] as const) {
      expect(() => scheduler[method]('run:finished' as never, () => undefined)).toThrow(
        expect.objectContaining({ code: 'INVALID_ARGUMENT', details: expect.objectContaining({ field: 'event' }) }),
      )
      expect(() => scheduler[method]('run:completed', 'listener' as never)).toThrow(
        expect.objectContaining({ details: expect.objectContaining({ field: 'listener' }) }),
      )
    }
  })
})
