/** What `getRun` and the events show of a run, in every state it can be in. */

import { describe, expect, it } from 'vitest'
import { interval, JobResult, type Run, type RunContext, type RunEvent } from '../../../src/index.ts'
import { at, Gate, jobOf, MINUTE, runOf, SECOND, settled, startedBench } from './support.ts'

describe('the phase of a run', () => {
  it('ZJ-11 says more closely than its state where it is', async () => {
    const { clock, scheduler } = await startedBench({ executors: { default: { type: 'async', maxConcurrency: 1 } } })
    const gate = new Gate()
    scheduler.register('gate', gate.handler)
    scheduler.register('fail once', (_input: unknown, { attempt }: RunContext) => {
      if (attempt === 1) throw new Error('not yet')
    })
    const phaseOf = async (run: Run): Promise<string> => (await runOf(scheduler, run.id)).phase
    const scheduled = await scheduler.enqueue('gate', undefined, { delay: '1m' })
    const running = await scheduler.enqueue('gate')
    await clock.advance(0)
    const pending = await scheduler.enqueue('gate')
    expect(await Promise.all([scheduled, running, pending].map(phaseOf))).toEqual(['scheduled', 'running', 'pending'])
    gate.open()
    await clock.advance(0)
    gate.open()
    const retrying = await scheduler.enqueue('fail once', undefined, {
      retry: { attempts: 2, delay: '30s', jitter: 0 },
    })
    await clock.advance(SECOND)
    expect(await phaseOf(running)).toBe('completed')
    expect(await runOf(scheduler, retrying.id)).toMatchObject({
      phase: 'retrying',
      state: 'pending',
      nextAttemptAt: at(30 * SECOND),
      duration: 0,
      resume: 'retry',
    })
    const stopping = await scheduler.enqueue('gate')
    await clock.advance(0)
    const shutdown = scheduler.shutdown({ timeout: '1s' })
    await clock.advance(SECOND)
    expect(await phaseOf(stopping)).toBe('stopping')
    await settled(clock, shutdown)
  })

  it.each<[string, () => unknown]>([
    ['completed', () => 'done'],
    ['cancelled', () => JobResult.cancelled('no need')],
    ['failed', () => JobResult.failed('no luck')],
  ])('ZJ-11 of one that is over is its state: %s', async (state, handler) => {
    const { clock, scheduler } = await startedBench()
    scheduler.register('work', handler)
    const { id } = await scheduler.enqueue('work')
    await clock.advance(SECOND)
    expect(await runOf(scheduler, id)).toMatchObject({ state, phase: state, nextAttemptAt: null })
  })

  it('ZJ-11 its origin says what made it', async () => {
    const { clock, scheduler } = await startedBench()
    scheduler.register('work', () => undefined)
    await scheduler.addJob('work', interval('1m'), { id: 'tick' })
    await clock.advance(MINUTE)
    await scheduler.runJob('tick')
    await scheduler.enqueue('work')
    await clock.advance(SECOND)
    const runs = await scheduler.getRuns()
    expect(runs.map(({ origin }) => origin).sort()).toEqual(['enqueue', 'manual', 'schedule'])
  })
})

describe('all there is to know of a run', () => {
  it('ZJ-12 that is completed', async () => {
    const { clock, scheduler } = await startedBench({ workerId: 'me' })
    const gate = new Gate()
    scheduler.register('work', gate.handler)
    await scheduler.addJob('work', interval('1m'), { id: 'tick', input: { to: 'a' }, queue: 'critical', priority: 3 })
    await clock.advance(MINUTE)
    gate.entered[0]?.count('sent', 2)
    await clock.advance(2_500)
    gate.open({ sent: 2 })
    await clock.advance(0)
    const [run] = await scheduler.getRuns({ jobId: 'tick' })
    expect(run).toEqual({
      id: `tick@${at(MINUTE).getTime()}`,
      store: 'default',
      jobId: 'tick',
      functionRef: 'work',
      origin: 'schedule',
      queue: 'critical',
      priority: 3,
      state: 'completed',
      phase: 'completed',
      reason: null,
      dueAt: at(MINUTE),
      startedAt: at(MINUTE),
      finishedAt: at(MINUTE + 2_500),
      duration: 2_500,
      nextAttemptAt: null,
      attempt: 1,
      fence: expect.any(Number),
      worker: 'me',
      input: { to: 'a' },
      output: { sent: 2 },
      error: null,
      progress: null,
      percent: 100,
      resume: 'none',
      counters: { sent: 2 },
      count: 1,
    })
    expect((await jobOf(scheduler, 'tick')).nextRunTime).toEqual(at(2 * MINUTE))
  })

  it('ZJ-12 that failed: the first attempt is number 1, and its error has name, message, code and stack', async () => {
    const { clock, scheduler } = await startedBench()
    scheduler.register('work', () => {
      throw Object.assign(new RangeError('too far'), { code: 'E_FAR' })
    })
    const { id } = await scheduler.enqueue('work')
    await clock.advance(SECOND)
    expect(await runOf(scheduler, id)).toMatchObject({
      state: 'failed',
      attempt: 1,
      duration: 0,
      output: undefined,
      percent: 0,
      error: { name: 'RangeError', message: 'too far', code: 'E_FAR', stack: expect.stringContaining('too far') },
    })
  })

  it('a run that waits or is at work has no duration', async () => {
    const { clock, scheduler } = await startedBench()
    const gate = new Gate()
    scheduler.register('work', gate.handler)
    const { id, duration, nextAttemptAt } = await scheduler.enqueue('work', undefined, { delay: '1s' })
    expect({ duration, nextAttemptAt }).toEqual({ duration: null, nextAttemptAt: at(SECOND) })
    await clock.advance(5 * SECOND)
    expect(await runOf(scheduler, id)).toMatchObject({ state: 'running', duration: null, nextAttemptAt: null })
  })
})

describe('the events of a run', () => {
  const NAMES = [
    'run:submitted',
    'run:started',
    'run:completed',
    'run:failed',
    'run:retrying',
    'run:cancelled',
    'run:skipped',
  ] as const

  it('ZJ-46 UX-22 each come with the run as it is then, on success, failure, retry, cancel and skip', async () => {
    const { clock, scheduler } = await startedBench()
    const heard: [string, string, RunEvent][] = []
    for (const name of NAMES) {
      scheduler.on(name, (event) => {
        heard.push([name.slice(4), event.run.functionRef, event])
        // What a listener does harms nobody.
        throw new Error('a listener that throws')
      })
    }
    scheduler.register('well', () => 'output')
    scheduler.register('badly', () => {
      throw new Error('badly')
    })
    const gate = new Gate()
    scheduler.register('slowly', gate.handler)
    await scheduler.enqueue('well', 'input')
    await scheduler.enqueue('badly', 'input', { retry: { attempts: 2, delay: '1s', jitter: 0 } })
    await clock.advance(2 * SECOND)
    const slow = await scheduler.enqueue('slowly', 'input')
    await clock.advance(0)
    await scheduler.cancelRun(slow.id)
    await scheduler.addJob('slowly', interval('1m'), { id: 'tick' })
    await clock.advance(2 * MINUTE)

    const of = (functionRef: string): string[] => heard.filter(([, ref]) => ref === functionRef).map(([name]) => name)
    expect(of('well')).toEqual(['submitted', 'started', 'completed'])
    expect(of('badly')).toEqual(['submitted', 'started', 'retrying', 'started', 'failed'])
    expect(of('slowly')).toEqual(['submitted', 'started', 'cancelled', 'submitted', 'started', 'skipped'])
    for (const [, , event] of heard) {
      expect(event).toEqual({ runId: event.run.id, jobId: event.run.jobId, store: 'default', run: event.run })
    }
    const first = (name: string, functionRef: string): Run | undefined =>
      heard.find(([one, ref]) => one === name && ref === functionRef)?.[2].run
    expect(first('submitted', 'well')).toMatchObject({ state: 'pending', attempt: 0, input: 'input' })
    expect(first('started', 'well')).toMatchObject({ state: 'running', attempt: 1, worker: scheduler.workerId })
    expect(first('completed', 'well')).toMatchObject({ state: 'completed', output: 'output', finishedAt: at(0) })
    expect(first('retrying', 'badly')).toMatchObject({
      phase: 'retrying',
      attempt: 1,
      nextAttemptAt: at(SECOND),
      error: { message: 'badly' },
    })
    expect(first('failed', 'badly')).toMatchObject({ state: 'dead', attempt: 2, error: { message: 'badly' } })
    expect(first('cancelled', 'slowly')).toMatchObject({ state: 'cancelled', reason: 'cancelled' })
    expect(first('skipped', 'slowly')).toMatchObject({ state: 'skipped', jobId: 'tick', reason: 'max-instances' })
  })
})
