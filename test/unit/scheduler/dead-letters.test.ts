/** Runs that wait for a person: listing them, starting them again, giving them up. */

import { describe, expect, it, onTestFinished } from 'vitest'
import { interval, MemoryJobStore, type RunContext } from '../../../src/index.ts'
import { SqliteJobStore } from '../../../src/sqlite.ts'
import { Connection } from '../../../src/stores/sqlite/connection.ts'
import { openDatabase } from '../../../src/stores/sqlite/driver.ts'
import {
  at,
  Gate,
  MINUTE,
  newBench,
  newDatabasePath,
  Recorder,
  recordEvents,
  rejection,
  runOf,
  SECOND,
  STORES,
  startedBench,
} from './support.ts'

const TWICE = { attempts: 2, delay: '1s' } as const

describe.each(STORES)('dead letters on %s', (_name, newStore) => {
  const withDead = async (inputs: readonly unknown[], options: object = {}) => {
    const bench = await startedBench({ jobStores: { default: newStore() } })
    let isBroken = true
    const seen: { input: unknown; attempt: number; checkpoint: unknown }[] = []
    bench.scheduler.register('work', async (input: unknown, run: RunContext) => {
      seen.push({ input, attempt: run.attempt, checkpoint: run.resume.checkpoint })
      if (!isBroken) return 'mended'
      await run.checkpoint({ of: input })
      throw new Error(`cannot do ${JSON.stringify(input)}`)
    })
    const runs = await bench.scheduler.enqueueMany('work', inputs, { retry: TWICE, ...options })
    await bench.clock.advance(10 * SECOND)
    seen.length = 0
    isBroken = false
    return { ...bench, runs, seen, dead: bench.scheduler.deadLetters }
  }

  it('FD-21 ZJ-42 are listed and counted, with their attempts and last errors', async () => {
    const { scheduler, dead, runs } = await withDead(['a', 'b'])
    await scheduler.enqueue('work', 'well')
    expect(await dead.count()).toBe(2)
    const listed = await dead.list()
    expect(listed.map(({ id }) => id).sort()).toEqual(runs.map(({ id }) => id).sort())
    expect(listed[0]).toMatchObject({ state: 'dead', attempt: 2, reason: 'attempts-used-up', dueAt: at(0) })
    expect(listed.map(({ error }) => error?.message).sort()).toEqual(['cannot do "a"', 'cannot do "b"'])
    expect(await dead.list({ limit: 1 })).toHaveLength(1)
    expect(await dead.list({ before: at(0) })).toEqual([])
  })

  it('ZJ-42 can be filtered by queue and job', async () => {
    const { clock, scheduler, dead } = await withDead(['a'], { queue: 'low' })
    scheduler.register('bad', () => Promise.reject(new Error('bad')))
    await scheduler.addJob('bad', interval('1m'), { id: 'tick', retry: TWICE, maxRuns: 1 })
    await clock.advance(2 * MINUTE)
    expect(await dead.count()).toBe(2)
    expect(await dead.count({ queue: 'low' })).toBe(1)
    expect(await dead.count({ jobId: 'tick' })).toBe(1)
    expect(await dead.list({ jobId: 'tick' })).toMatchObject([{ jobId: 'tick', queue: 'default' }])
    expect(await dead.list({ queue: 'low', jobId: 'tick' })).toEqual([])
  })

  it('FD-21 ZJ-42 are requeued with their attempts counted anew, their input and their checkpoint', async () => {
    const { clock, scheduler, dead, runs, seen } = await withDead(['a'])
    const id = runs[0]?.id ?? ''
    expect(await dead.requeue(id)).toMatchObject({ id, state: 'pending', attempt: 0 })
    await clock.advance(0)
    expect(seen).toEqual([{ input: 'a', attempt: 1, checkpoint: { of: 'a' } }])
    expect(await runOf(scheduler, id)).toMatchObject({ state: 'completed', output: 'mended', error: null })
    expect(await dead.count()).toBe(0)
  })

  it('ZJ-42 are requeued with a new input, which drops the checkpoint of the old one', async () => {
    const { clock, scheduler, dead, runs, seen } = await withDead(['a'])
    const id = runs[0]?.id ?? ''
    const input = { corrected: true }
    expect(await dead.requeue([id], { input })).toMatchObject([{ id, input: { corrected: true } }])
    input.corrected = false
    await clock.advance(0)
    expect(seen).toEqual([{ input: { corrected: true }, attempt: 1, checkpoint: undefined }])
    expect(await runOf(scheduler, id)).toMatchObject({ state: 'completed', input: { corrected: true } })
  })

  it('ZJ-42 many are requeued at once', async () => {
    const { clock, dead, runs, seen } = await withDead([1, 2, 3, 4, 5])
    const requeued = await dead.requeue(runs.map(({ id }) => id))
    expect(requeued.map(({ id }) => id)).toEqual(runs.map(({ id }) => id))
    await clock.advance(0)
    expect(seen.map(({ input }) => input).sort()).toEqual([1, 2, 3, 4, 5])
  })

  it('ZJ-42 are discarded with a note, and go the way of finished runs', async () => {
    const { clock, scheduler, dead, runs } = await withDead(['a', 'b'], { history: { maxAge: '10s' } })
    const [a = '', b = ''] = runs.map(({ id }) => id)
    const events = recordEvents(scheduler)
    expect(await dead.discard(a)).toMatchObject({ id: a, state: 'cancelled', reason: 'discarded' })
    expect(await dead.discard([b], { note: 'customer gone' })).toMatchObject([{ reason: 'customer gone' }])
    expect(events.filter((event) => event.startsWith('run:'))).toEqual([`run:cancelled ${a}`, `run:cancelled ${b}`])
    expect(await dead.count()).toBe(0)
    await clock.advance(12 * SECOND)
    expect(await scheduler.getRun(a)).toBeUndefined()
  })

  it('ZJ-42 nothing else can be requeued or discarded, and then nothing of the list is', async () => {
    const { clock, scheduler, dead, runs } = await withDead(['a'])
    const done = await scheduler.enqueue('work', 'well')
    await clock.advance(0)
    const error = await rejection(dead.requeue([runs[0]?.id ?? '', done.id]))
    expect(error).toMatchObject({
      code: 'RUN_STATE',
      details: { runId: done.id, value: 'completed', rule: 'must be dead or unknown' },
    })
    expect(await rejection(dead.discard(done.id))).toMatchObject({ code: 'RUN_STATE' })
    expect(await rejection(dead.discard([runs[0]?.id ?? '', 'nope']))).toMatchObject({ code: 'RUN_LOOKUP' })
    expect(await dead.count()).toBe(1)
  })

  it('of two who requeue the same one at once, one is told that it is no longer there to be requeued', async () => {
    const { clock, dead, runs, seen } = await withDead(['a'])
    const id = runs[0]?.id ?? ''
    const outcomes = await Promise.allSettled([dead.requeue(id), dead.requeue(id)])
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    await clock.advance(0)
    expect(seen).toHaveLength(1)
  })

  it('retryRun takes a new input too', async () => {
    const { clock, scheduler, runs, seen } = await withDead(['a'])
    await scheduler.retryRun(runs[0]?.id ?? '', { input: 'new' })
    await clock.advance(0)
    expect(seen).toEqual([{ input: 'new', attempt: 1, checkpoint: undefined }])
  })

  it('a run of a job is requeued within the limits of its job', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { default: newStore() } })
    const gate = new Gate()
    let isBroken = true
    scheduler.register('work', (input: unknown, run: RunContext) => {
      if (isBroken) throw new Error('broken')
      return gate.handler(input, run)
    })
    await scheduler.addJob('work', interval('1m'), { id: 'tick', retry: TWICE })
    await clock.advance(MINUTE + 5 * SECOND)
    isBroken = false
    await clock.advance(MINUTE)
    const [dead] = await scheduler.deadLetters.list()
    await scheduler.deadLetters.requeue(dead?.id ?? '')
    await clock.advance(5 * SECOND)
    expect(gate.entered).toHaveLength(1)
    gate.open()
    await clock.advance(SECOND)
    expect(gate.entered.map(({ id }) => id)).toContain(dead?.id)
  })
})

describe('dead letters', () => {
  it('are found in every store, or in the one that is named', async () => {
    const { clock, scheduler } = await startedBench({ jobStores: { other: new MemoryJobStore() } })
    scheduler.register('bad', () => Promise.reject(new Error('bad')))
    const one = await scheduler.enqueue('bad', 1, { retry: TWICE })
    const two = await scheduler.enqueue('bad', 2, { retry: TWICE, store: 'other' })
    await clock.advance(5 * SECOND)
    const { deadLetters } = scheduler
    expect(await deadLetters.count()).toBe(2)
    expect(await deadLetters.list({ store: 'other' })).toMatchObject([{ id: two.id, store: 'other' }])
    expect(await deadLetters.discard([two.id, one.id])).toMatchObject([{ store: 'other' }, { store: 'default' }])
  })

  it('a run whose process died with onCrash unknown waits among them', async () => {
    const path = newDatabasePath()
    const dead = newBench({ jobStores: { default: new SqliteJobStore({ path }) } })
    const alive = newBench({ jobStores: { default: new SqliteJobStore({ path }) } })
    const recorder = new Recorder(alive.clock)
    dead.scheduler.register('work', new Gate().handler)
    alive.scheduler.register('work', recorder.handler)
    const run = await dead.scheduler.enqueue('work', 'kept', { onCrash: 'unknown' })
    await dead.scheduler.start()
    await dead.clock.advance(0)
    await alive.scheduler.start()
    await alive.clock.advance(MINUTE)
    expect(await alive.scheduler.deadLetters.list()).toMatchObject([{ id: run.id, state: 'unknown' }])
    await alive.scheduler.deadLetters.requeue(run.id)
    await alive.clock.advance(0)
    expect(recorder.inputs).toEqual(['kept'])
  })

  it('bad arguments are refused with their names', async () => {
    const { scheduler } = newBench()
    const { deadLetters } = scheduler
    // @ts-expect-error
    expect(await rejection(deadLetters.list({ state: 'dead' }))).toMatchObject({ details: { field: 'options.state' } })
    expect(await rejection(deadLetters.list({ limit: 0 }))).toMatchObject({ details: { field: 'options.limit' } })
    expect(await rejection(deadLetters.requeue(['a', '']))).toMatchObject({ details: { field: 'ids[1]' } })
    // @ts-expect-error
    expect(await rejection(deadLetters.discard('a', { note: 7 }))).toMatchObject({ details: { field: 'options.note' } })
    expect(await deadLetters.requeue([])).toEqual([])
  })
})

it('FD-24 a run whose content cannot be read is set aside and reported, and reaches no handler', async () => {
  const path = newDatabasePath()
  const writer = newBench({ jobStores: { default: new SqliteJobStore({ path }) } })
  writer.scheduler.register('work', () => undefined)
  const [poison, well] = await writer.scheduler.enqueueMany('work', ['poison', 'well'])
  const database = await openDatabase(path)
  onTestFinished(() => void database.close())
  const connection = new Connection(database)
  connection.prepare('UPDATE cronwright_records SET spec = \'{"v":1,\' WHERE id = ?').run(poison?.id ?? '')
  const { clock, scheduler } = newBench({ jobStores: { default: new SqliteJobStore({ path }) } })
  const recorder = new Recorder(clock)
  scheduler.register('work', recorder.handler)
  const errors: unknown[] = []
  scheduler.on('store:error', ({ error }) => errors.push(error))
  await scheduler.start()
  await clock.advance(MINUTE)
  expect(recorder.inputs).toEqual(['well'])
  expect(errors).toMatchObject([{ code: 'DESERIALIZATION', details: { kind: 'run', id: poison?.id } }])
  expect((await scheduler.getRuns()).map(({ id }) => id)).toEqual([well?.id])
  const [row] = connection.prepare('SELECT state, due FROM cronwright_records WHERE id = ?').all(poison?.id ?? '')
  expect(row).toEqual(['undecodable', null])
})
