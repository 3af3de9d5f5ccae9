/** What a handler's end means for its run, and that no end of a handler harms the scheduler. */

import { expect, it } from 'vitest'
import { interval, JobResult, type RunContext } from '../../../src/index.ts'
import { historyOf, MINUTE, Recorder, rejection, runOf, SECOND, settled, startedBench } from './support.ts'

it('FD-01 a class with run() and a function are both jobs', async () => {
  const { clock, scheduler } = await startedBench()
  class Counter {
    #count = 0
    run(step: number): number {
      this.#count += step
      return this.#count
    }
  }
  const counter = new Counter()
  const double = (value: number): number => value * 2
  const outputs: number[] = []
  for (const [fn, input] of [
    [counter, 2],
    [counter, 3],
    [double, 21],
    [scheduler.register('counter', counter), 1],
  ] as const) {
    outputs.push(await settled(clock, scheduler.waitForRun(await scheduler.enqueue(fn, input))))
  }
  expect(outputs).toEqual([2, 5, 42, 6])
})

it('FD-01 the context has the signal, and what there is to know about the run', async () => {
  const { clock, scheduler } = await startedBench()
  const recorder = new Recorder(clock)
  scheduler.register('work', recorder.handler)
  await scheduler.addJob('work', interval('1m'), { id: 'tick', queue: 'low', input: 'in' })
  await clock.advance(MINUTE)
  const [call] = recorder.calls
  const id = `tick@${clock.now()}`
  expect(call?.input).toBe('in')
  expect(call?.run).toMatchObject({ id, jobId: 'tick', functionRef: 'work', queue: 'low', attempt: 1, fence: 1 })
  expect(call?.run.dueAt).toEqual(new Date(clock.now()))
  expect(call?.run.isCatchUp).toBe(false)
  expect(call?.run.signal.aborted).toBe(false)
  expect(() => call?.run.log.info({}, 'said')).not.toThrow()
})

it.each<[string, () => unknown, object]>([
  ['a value', () => 7, { state: 'completed', output: 7, reason: null, error: null }],
  ['nothing', () => undefined, { state: 'completed', output: undefined, reason: null, error: null }],
  ['a promise of a value', async () => ({ a: [1] }), { state: 'completed', output: { a: [1] } }],
  ['success', () => JobResult.success(), { state: 'completed', output: undefined, reason: null }],
  ['success with a message', () => JobResult.success(5, 'five'), { state: 'completed', output: 5, reason: 'five' }],
  ['failed', () => JobResult.failed(), { state: 'failed', error: expect.objectContaining({ name: 'Error' }) }],
  [
    'failed with a message',
    async () => JobResult.failed('no ink'),
    { state: 'failed', output: undefined, error: expect.objectContaining({ message: 'no ink' }) },
  ],
  [
    'an error as result',
    () => JobResult.fromError(new RangeError('too far')),
    { state: 'failed', error: expect.objectContaining({ name: 'RangeError', message: 'too far' }) },
  ],
  ['cancelled', () => JobResult.cancelled(), { state: 'cancelled', error: null }],
  ['cancelled with a message', () => JobResult.cancelled('not today'), { state: 'cancelled', reason: 'not today' }],
])('FD-02 a handler that gives %s', async (_name, handler, expected) => {
  const { clock, scheduler } = await startedBench()
  const run = await scheduler.enqueue(handler)
  await clock.advance(0)
  expect(await runOf(scheduler, run.id)).toMatchObject({ ...expected, finishedAt: run.dueAt })
})

const FAILURES: [string, () => unknown, { name: string; message: string; code?: string }][] = [
  [
    'throws',
    () => {
      throw new TypeError('at once')
    },
    { name: 'TypeError', message: 'at once' },
  ],
  ['rejects', () => Promise.reject(new Error('later')), { name: 'Error', message: 'later' }],
  [
    'rejects with an AbortError that nobody here caused',
    () => Promise.reject(new DOMException('aborted', 'AbortError')),
    { name: 'AbortError', message: 'aborted' },
  ],
  [
    'throws text',
    () => {
      throw 'text'
    },
    { name: 'NonError', message: '"text"' },
  ],
  ['rejects with undefined', () => Promise.reject(undefined), { name: 'NonError', message: 'undefined' }],
  [
    'throws an error that throws when it is looked at',
    () => {
      throw Object.defineProperty(new Error('x'), 'message', {
        get: () => {
          throw new Error('no')
        },
      })
    },
    { name: 'NonError', message: 'a value that cannot be described was thrown' },
  ],
  [
    'gives what cannot be stored',
    () => () => 'a function',
    { name: 'SerializationError', message: expect.any(String) },
  ],
  [
    'gives an object whose then throws',
    () =>
      Object.defineProperty({}, 'then', {
        get: () => {
          throw new Error('trap')
        },
      }),
    { name: 'Error', message: 'trap' },
  ],
]

it.each(FAILURES)(
  'NB-31 a scheduled handler that %s fails its run, and the next comes all the same',
  async (...[_name, handler, error]) => {
    const { clock, scheduler } = await startedBench()
    let calls = 0
    await scheduler.addJob(
      () => {
        calls += 1
        return calls === 1 ? handler() : 'well again'
      },
      interval('1m'),
      { id: 'tick' },
    )
    await clock.advance(2 * MINUTE)
    expect(await historyOf(scheduler, 'tick')).toEqual([
      [MINUTE, 'failed'],
      [2 * MINUTE, 'completed'],
    ])
    const [failed] = await scheduler.getRuns({ jobId: 'tick', state: 'failed' })
    expect(failed?.error).toMatchObject(error)
  },
)

it('keeps name, message, code and stack of an error', async () => {
  const { clock, scheduler } = await startedBench()
  const run = await scheduler.enqueue(() => {
    throw Object.assign(new Error('no route'), { code: 'ENETUNREACH' })
  })
  await clock.advance(0)
  const { error } = await runOf(scheduler, run.id)
  expect(error).toMatchObject({ name: 'Error', message: 'no route', code: 'ENETUNREACH' })
  expect(error?.stack).toContain('outcomes.test.ts')
})

it('ZJ-01 the output of a run is read by its id, with its type', async () => {
  const { clock, scheduler } = await startedBench()
  const measure = scheduler.register('measure', async (input: { text: string }) => ({ length: input.text.length }))
  const run = await scheduler.enqueue(measure, { text: 'four' })
  const { length } = await settled(clock, scheduler.waitForRun(run))
  expect(length).toBe(4)
  expect((await runOf(scheduler, run.id)).output).toEqual({ length: 4 })
})

it('a run that takes longer than its timeout fails, is told to stop, and its late end is ignored', async () => {
  const { clock, scheduler } = await startedBench()
  const contexts: RunContext[] = []
  let end: (value: string) => void = () => undefined
  const run = await scheduler.enqueue(
    (_input: unknown, context: RunContext) => {
      contexts.push(context)
      return new Promise<string>((resolve) => {
        end = resolve
      })
    },
    undefined,
    { timeout: '10s' },
  )
  await clock.advance(10 * SECOND - 1)
  expect(contexts[0]?.signal.aborted).toBe(false)
  await clock.advance(1)
  await clock.settle()
  expect(contexts[0]?.signal.reason).toMatchObject({ code: 'RUN_TIMEOUT' })
  const failed = { state: 'failed', error: expect.objectContaining({ code: 'RUN_TIMEOUT' }), output: undefined }
  expect(await runOf(scheduler, run.id)).toMatchObject(failed)
  end('too late')
  await clock.advance(MINUTE)
  expect(await runOf(scheduler, run.id)).toMatchObject(failed)
})

it('a run that ends in time is not touched by its timeout', async () => {
  const { clock, scheduler } = await startedBench()
  const run = await scheduler.enqueue(() => 'quick', undefined, { timeout: '10s' })
  await clock.advance(MINUTE)
  expect(await runOf(scheduler, run.id)).toMatchObject({ state: 'completed', output: 'quick' })
})

it('keeps the progress that a handler reported', async () => {
  const { clock, scheduler } = await startedBench({ leaseDuration: '15s' })
  let end: () => void = () => undefined
  const run = await scheduler.enqueue((_input: unknown, { progress }: RunContext) => {
    progress(1, 4, 'first')
    return new Promise<void>((resolve) => {
      end = () => {
        progress(4, 4)
        resolve()
      }
    })
  })
  await clock.advance(15 * SECOND)
  expect((await runOf(scheduler, run.id)).progress).toEqual({ done: 1, total: 4, message: 'first' })
  end()
  await clock.advance(0)
  expect((await runOf(scheduler, run.id)).progress).toEqual({ done: 4, total: 4, message: null })
})

it('progress that is no number is an error of the handler', async () => {
  const { clock, scheduler } = await startedBench()
  const run = await scheduler.enqueue((_input: unknown, { progress }: RunContext) => progress(Number.NaN))
  await clock.advance(0)
  expect(await rejection(scheduler.waitForRun(run))).toMatchObject({ code: 'RUN_FAILED' })
})
