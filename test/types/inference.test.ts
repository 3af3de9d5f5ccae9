/**
 * Types from end to end: `tsc` reads this file as strictly as any other, so each `@ts-expect-error` is a line that has
 * to be a compile error, and each `expectTypeOf` a type that has to be inferred.
 */

import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  type Handler,
  interval,
  type Job,
  JobResult,
  type RegisteredFunction,
  type Run,
  type RunContext,
  Scheduler,
} from '../../src/index.ts'
import { ManualClock } from '../../src/testing.ts'

interface Mail {
  readonly to: string
  readonly copies?: number
}

interface Receipt {
  readonly id: number
}

const always = interval('5m')

function newScheduler(): Scheduler {
  return new Scheduler({ clock: new ManualClock() })
}

async function send(mail: Mail): Promise<Receipt> {
  return { id: mail.to.length }
}

class Sender {
  readonly #base = 1

  run(mail: Mail, run: RunContext): Receipt {
    return { id: this.#base + run.attempt + mail.to.length }
  }
}

describe('UX-23 register', () => {
  it('gives the types of the input and of the awaited output', () => {
    const scheduler = newScheduler()
    expectTypeOf(scheduler.register('send', send)).toEqualTypeOf<RegisteredFunction<Mail, Receipt>>()
    expectTypeOf(scheduler.register('sender', new Sender())).toEqualTypeOf<RegisteredFunction<Mail, Receipt>>()
    const result = scheduler.register('result', (mail: Mail) => JobResult.success({ id: mail.to.length }))
    expectTypeOf(result).toEqualTypeOf<RegisteredFunction<Mail, { id: number }>>()
    expectTypeOf(scheduler.register('nothing', () => undefined)).toEqualTypeOf<RegisteredFunction<unknown, undefined>>()
    expect(result).toEqual({ functionRef: 'result' })
  })

  it('types the second argument of a handler', () => {
    newScheduler().register('context', (_input: Mail, run) => {
      expectTypeOf(run).toEqualTypeOf<RunContext>()
      expectTypeOf(run.signal).toEqualTypeOf<AbortSignal>()
    })
    expectTypeOf<Parameters<Handler<Mail, Receipt>>>().toEqualTypeOf<[Mail, RunContext]>()
  })

  it('refuses what is no code', () => {
    const scheduler = newScheduler()
    // @ts-expect-error a class, not an instance of it
    expect(() => scheduler.register('class', Sender)).toThrow(/not the class/)
    // @ts-expect-error no run()
    expect(() => scheduler.register('object', { execute: () => 1 })).toThrow(/run\(\)/)
    // @ts-expect-error no name
    expect(() => scheduler.register(send)).toThrow(/name/)
    // @ts-expect-error an option that only a job has
    expect(() => scheduler.register('defaults', send, { id: 'x' })).toThrow(/defaults\.id/)
    // @ts-expect-error a handler takes an input and a run
    scheduler.register('three', (_input: Mail, _run: RunContext, _more: string) => undefined)
  })
})

describe('UX-23 addJob', () => {
  it('takes the input of its function, in whatever form the function comes', async () => {
    const scheduler = newScheduler()
    const registered = scheduler.register('send', send)
    const jobs = [
      await scheduler.addJob(registered, always, { input: { to: 'a@b.c' } }),
      await scheduler.addJob(send, always, { input: { to: 'a@b.c', copies: 2 } }),
      await scheduler.addJob(new Sender(), always, { input: { to: 'a@b.c' } }),
      await scheduler.addJob('send', always, { input: { to: 'a@b.c' } }),
      await scheduler.addJob((mail: Mail) => mail.to, always, { input: { to: 'a@b.c' } }),
      await scheduler.addJob(() => undefined, always, { id: 'without-input' }),
      await scheduler.addJob(() => undefined),
    ]
    expectTypeOf(jobs).toEqualTypeOf<Job[]>()
    expect(jobs).toHaveLength(7)
  })

  it('refuses another input', async () => {
    const scheduler = newScheduler()
    const registered = scheduler.register('send', send)
    // @ts-expect-error a wrong field
    await scheduler.addJob(registered, always, { input: { to: 5 } })
    // @ts-expect-error a missing field
    await scheduler.addJob(registered, always, { input: {} })
    // @ts-expect-error no object
    await scheduler.addJob(send, always, { input: 'a@b.c' })
    // @ts-expect-error a wrong optional field
    await scheduler.addJob(send, always, { input: { to: 'a@b.c', copies: 'two' } })
    // @ts-expect-error an unknown field
    await scheduler.addJob(registered, always, { input: { to: 'a@b.c', cc: 'd@e.f' } })
    // @ts-expect-error the input of a class
    await scheduler.addJob(new Sender(), always, { input: { from: 'a@b.c' } })
    expect(await scheduler.getJobs()).toHaveLength(6)
  })

  it('refuses wrong triggers and options', async () => {
    const scheduler = newScheduler()
    // @ts-expect-error crontab text is no trigger
    await expect(scheduler.addJob(send, '0 9 * * *')).rejects.toThrow(/trigger/)
    // @ts-expect-error an unknown option
    await expect(scheduler.addJob(send, always, { timeuot: 5 })).rejects.toThrow(/timeuot/)
    // @ts-expect-error a wrong option
    await expect(scheduler.addJob(send, always, { onCrash: 'fail' })).rejects.toThrow(/onCrash/)
    // @ts-expect-error a change of the id
    await expect(scheduler.modifyJob('x', { id: 'y' })).rejects.toThrow(/x/)
    expect(await scheduler.getJobs()).toEqual([])
  })
})

describe('UX-23 enqueue', () => {
  it('takes the input of its function', async () => {
    const scheduler = newScheduler()
    const registered = scheduler.register('send', send)
    const run = await scheduler.enqueue(registered, { to: 'a@b.c' })
    expectTypeOf(run).toEqualTypeOf<Run<Mail, Receipt>>()
    expectTypeOf(run.input).toEqualTypeOf<Mail | undefined>()
    expectTypeOf(run.output).toEqualTypeOf<Receipt | undefined>()
    expectTypeOf(await scheduler.enqueueMany(registered, [{ to: 'a' }, { to: 'b' }])).toEqualTypeOf<
      Run<Mail, Receipt>[]
    >()
    expect(run.input).toEqual({ to: 'a@b.c' })
  })

  it('refuses another input', async () => {
    const scheduler = newScheduler()
    const registered = scheduler.register('send', send)
    // @ts-expect-error a wrong field
    await scheduler.enqueue(registered, { to: 5 })
    // @ts-expect-error a missing field
    await scheduler.enqueue(registered, {})
    // @ts-expect-error no object
    await scheduler.enqueue(send, 'a@b.c')
    // @ts-expect-error the input of a class
    await scheduler.enqueue(new Sender(), { from: 'a@b.c' })
    // @ts-expect-error one wrong input among many
    await scheduler.enqueueMany(registered, [{ to: 'a' }, { to: 5 }])
    // @ts-expect-error an option of jobs only
    await expect(scheduler.enqueue(registered, { to: 'a' }, { maxInstances: 2 })).rejects.toThrow(/maxInstances/)
    expect(await scheduler.getRuns()).toHaveLength(6)
  })
})

describe('UX-23 waitForRun', () => {
  it('gives the output of the run', async () => {
    const clock = new ManualClock()
    const scheduler = new Scheduler({ clock })
    const run = await scheduler.enqueue(scheduler.register('send', send), { to: 'a@b.c' })
    const waiting = scheduler.waitForRun(run)
    expectTypeOf(waiting).resolves.toEqualTypeOf<Receipt>()
    await scheduler.start()
    await clock.advance(1_000)
    const receipt = await waiting
    // @ts-expect-error the output has no such field
    expect(receipt.number).toBeUndefined()
    expect(receipt.id).toBe(5)
    expectTypeOf(scheduler.waitForRun<Receipt>(run.id)).resolves.toEqualTypeOf<Receipt>()
    expectTypeOf(scheduler.waitForRun(run.id)).resolves.toEqualTypeOf<unknown>()
    await scheduler.shutdown()
  })
})

describe('UX-23 events', () => {
  it('are known by name, each with its payload', () => {
    const scheduler = newScheduler()
    scheduler.on('run:completed', ({ run, store }) => {
      expectTypeOf(run).toEqualTypeOf<Run>()
      expectTypeOf(store).toEqualTypeOf<string>()
    })
    scheduler.once('store:error', ({ alias, error }) => {
      expectTypeOf(alias).toEqualTypeOf<string>()
      expectTypeOf(error).toEqualTypeOf<unknown>()
    })
    // @ts-expect-error an unknown event
    expect(() => scheduler.on('job:executed', () => undefined)).toThrow(/event/)
    // @ts-expect-error a payload without a run
    scheduler.on('job:added', ({ run }) => run)
  })
})
