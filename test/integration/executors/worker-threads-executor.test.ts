/**
 * The worker-threads executor on real threads. A thread cannot load TypeScript on every Node that is supported, so the
 * tests use the built package.
 */

import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Task } from '../../../src/executors/executor.ts'
import type {
  WorkerThreadsExecutor,
  WorkerThreadsExecutorOptions,
} from '../../../src/executors/worker-threads-executor.ts'
import type { LogMethod, RunContext, RunResume } from '../../../src/jobs/context.ts'

const DIST = new URL('../../../dist/', import.meta.url)
const EXECUTOR = new URL('executors/worker-threads-executor.js', DIST).href
const HANDLERS = new URL('handlers.mjs', import.meta.url)

let build: typeof import('../../../src/executors/worker-threads-executor.ts')
let results: typeof import('../../../src/jobs/result.ts')
const started: WorkerThreadsExecutor[] = []

beforeAll(async () => {
  build = await import(EXECUTOR)
  results = await import(new URL('jobs/result.js', DIST).href)
})

afterEach(async () => {
  for (const executor of started.splice(0)) await executor.shutdown()
})

async function start(options: WorkerThreadsExecutorOptions = {}): Promise<WorkerThreadsExecutor> {
  const executor = new build.WorkerThreadsExecutor({ maxConcurrency: 4, ...options })
  await executor.start()
  started.push(executor)
  return executor
}

interface Said {
  readonly level: string
  readonly fields: unknown
  readonly message: string | undefined
}

/** A run whose log and progress are kept. */
class FakeRun implements RunContext {
  readonly id = 'job@1000'
  readonly jobId = 'job'
  readonly functionRef = 'handler'
  readonly queue = 'default'
  readonly dueAt = new Date(1_000)
  readonly attempt = 2
  readonly fence = 7
  readonly isCatchUp = true
  readonly resume: RunResume = { isResuming: true, reason: 'retry', previousAttempt: 1, checkpoint: new Set(['a']) }
  readonly controller = new AbortController()
  readonly said: Said[] = []
  readonly reported: unknown[][] = []
  readonly counters: Record<string, number> = {}
  readonly checkpoints: unknown[] = []
  /** What storing a checkpoint does. */
  save: (value: unknown) => Promise<void> = async (value) => void this.checkpoints.push(value)
  #onReady: (() => void) | undefined
  /** Resolves when the handler says that it is at work. */
  readonly ready = new Promise<void>((resolve) => {
    this.#onReady = resolve
  })

  get signal(): AbortSignal {
    return this.controller.signal
  }

  readonly log = {
    trace: this.#method('trace'),
    debug: this.#method('debug'),
    info: this.#method('info'),
    warn: this.#method('warn'),
    error: this.#method('error'),
    fatal: this.#method('fatal'),
  }

  progress(...said: unknown[]): void {
    this.reported.push(said)
  }

  count(name: string, by = 1): void {
    this.counters[name] = (this.counters[name] ?? 0) + by
  }

  checkpoint(value: unknown): Promise<void> {
    return this.save(value)
  }

  #method(level: string): LogMethod {
    return (fields: unknown, message?: string) => this.#hear(level, fields, message)
  }

  #hear(level: string, fields: unknown, message: string | undefined): void {
    this.said.push({ level, fields, message })
    if (message === 'ready') this.#onReady?.()
  }
}

function task(name: string, input?: unknown, run: RunContext = new FakeRun()): Task {
  return { code: { module: HANDLERS, name }, input, run }
}

describe('what a handler gets and gives', () => {
  test('input and output keep what structured clone keeps', async () => {
    const executor = await start()
    const input = { at: new Date(5), map: new Map([[1, new Set([2n])]]), bytes: new Uint8Array([1]), none: undefined }
    expect(await executor.execute(task('default', input))).toEqual(input)
  })

  test('a module may be given as a path, and its default export is called unless another is named', async () => {
    const executor = await start()
    const code = { module: fileURLToPath(HANDLERS) }
    expect(await executor.execute({ code, input: 'in', run: new FakeRun() })).toBe('in')
  })

  test('runs are on other threads than this one, and a thread serves many runs', async () => {
    const executor = await start()
    const first = await executor.execute(task('thread'))
    expect(first).not.toBe(0)
    expect(await executor.execute(task('thread'))).toBe(first)
  })

  test('FD-01 the run has the facts of its context inside the thread', async () => {
    const executor = await start()
    expect(await executor.execute(task('facts'))).toEqual({
      id: 'job@1000',
      jobId: 'job',
      functionRef: 'handler',
      queue: 'default',
      dueAt: new Date(1_000),
      attempt: 2,
      fence: 7,
      isCatchUp: true,
      resume: { isResuming: true, reason: 'retry', previousAttempt: 1, checkpoint: new Set(['a']) },
      isAborted: false,
      types: ['function', 'function', 'function', 'function'],
    })
  })

  test('log and progress arrive in order before the result; a log field that cannot pass becomes text', async () => {
    const executor = await start()
    const run = new FakeRun()
    expect(await executor.execute(task('talk', undefined, run))).toBe('said')
    expect(run.said).toEqual([
      { level: 'info', fields: { step: 1 }, message: 'begun' },
      { level: 'warn', fields: { callback: '[function callback]', step: 2 }, message: 'a field that cannot pass' },
    ])
    expect(run.reported).toEqual([
      [1, 3, 'one'],
      [2, 3, undefined],
      [3, 3, undefined],
    ])
  })

  test('progress reported in a tight loop is thinned out and its last value is kept', async () => {
    const executor = await start()
    const run = new FakeRun()
    await executor.execute(task('reportOften', 200_000, run))
    expect(run.reported.length).toBeLessThan(100)
    expect(run.reported.at(-1)).toEqual([200_000, 200_000, undefined])
  })

  test.each(['progress', 'count', 'checkpoint'])('nonsense as %s is refused inside the handler', async (what) => {
    const executor = await start()
    await expect(executor.execute(task('reportNonsense', what))).rejects.toMatchObject({
      code: what === 'checkpoint' ? 'SERIALIZATION' : 'INVALID_ARGUMENT',
    })
  })

  test('ZJ-25 every level of the log arrives, with text alone, fields alone, or an error', async () => {
    const executor = await start()
    const run = new FakeRun()
    await executor.execute(task('logAll', undefined, run))
    expect(run.said).toEqual([
      ...['trace', 'debug', 'info', 'warn', 'error', 'fatal'].map((level) => ({
        level,
        fields: { of: level },
        message: `a line of ${level}`,
      })),
      { level: 'info', fields: {}, message: 'only text' },
      { level: 'info', fields: { only: 'fields' }, message: undefined },
      { level: 'error', fields: new RangeError('too far'), message: undefined },
    ])
  })

  test('ZJ-24 counts in a tight loop arrive in few messages, and their sums are right', async () => {
    const executor = await start()
    const run = new FakeRun()
    await executor.execute(task('countOften', 100_000, run))
    expect(run.counters).toEqual({ all: 100_000, even: 50_000 })
  })

  test('ZJ-44 a checkpoint is a copy, comes after what was reported before it, and is stored when its promise resolves', async () => {
    const executor = await start()
    const run = new FakeRun()
    const seen: unknown[] = []
    run.save = async (value) => {
      await new Promise((resolve) => setTimeout(resolve, 50))
      run.checkpoints.push(value)
      seen.push({ ...run.counters })
    }
    expect(await executor.execute(task('checkpoint', undefined, run))).toBe(2)
    expect(run.checkpoints).toEqual([{ done: [1] }, { done: [1, 2], at: new Date(5) }])
    expect(seen).toEqual([{ done: 1 }, { done: 2 }])
  })

  test('a checkpoint that is refused rejects inside the handler with the error of the store', async () => {
    const executor = await start()
    const run = new FakeRun()
    run.save = () => Promise.reject(Object.assign(new Error('held by another'), { code: 'LEASE_LOST' }))
    expect(await executor.execute(task('checkpointRefused', undefined, run))).toEqual(['LEASE_LOST', 'held by another'])
  })

  test('a logger that throws fails the run', async () => {
    const executor = await start()
    const run = new FakeRun()
    run.log.info = () => {
      throw new Error('disk full')
    }
    await expect(executor.execute(task('talk', undefined, run))).rejects.toThrow('disk full')
  })
})

describe('results and errors', () => {
  test('FD-02 a JobResult survives the thread', async () => {
    const executor = await start()
    const result = async (kind: string) => results.outcomeOf(await executor.execute(task('resultOf', kind)))
    expect(await result('success')).toEqual({ kind: 'completed', output: { at: new Date(0) }, reason: 'all well' })
    expect(await result('cancelled')).toEqual({ kind: 'cancelled', reason: 'nothing to do', error: null })
    expect(await result('failed')).toMatchObject({ kind: 'failed', error: { message: 'not today' } })
    expect(await result('error')).toMatchObject({
      kind: 'failed',
      error: { name: 'RangeError', message: 'too far', code: 'E_FAR' },
    })
  })

  test('a thrown error keeps its name, message, code and stack', async () => {
    const executor = await start()
    await expect(executor.execute(task('fail'))).rejects.toMatchObject({
      name: 'RangeError',
      message: 'out of range',
      code: 'E_RANGE',
      stack: expect.stringContaining('handlers.mjs'),
    })
  })

  test('a thrown value that is no error becomes one', async () => {
    const executor = await start()
    await expect(executor.execute(task('failWithText'))).rejects.toMatchObject({
      name: 'NonError',
      message: '"plain text"',
    })
  })

  test('input that cannot pass fails the run and harms no thread', async () => {
    const executor = await start()
    const thread = await executor.execute(task('thread'))
    await expect(executor.execute(task('default', { callback: () => 0 }))).rejects.toMatchObject({
      code: 'SERIALIZATION',
      details: { field: 'input' },
    })
    expect(await executor.execute(task('thread'))).toBe(thread)
  })

  test('output that cannot pass fails the run and harms no thread', async () => {
    const executor = await start()
    const thread = await executor.execute(task('thread'))
    await expect(executor.execute(task('returnFunction'))).rejects.toMatchObject({
      code: 'SERIALIZATION',
      message: expect.stringContaining('output: must be data'),
    })
    expect(await executor.execute(task('thread'))).toBe(thread)
  })

  test('a function that is no module reference fails the run and says how to register it', async () => {
    const executor = await start()
    const run = new FakeRun()
    await expect(executor.execute({ code: () => 1, input: undefined, run })).rejects.toThrow(
      /module reference.*register\("handler", \{ module: new URL/,
    )
  })

  test('a module or an export that is not there fails the run', async () => {
    const executor = await start()
    const code = { module: new URL('missing.js', HANDLERS) }
    await expect(executor.execute({ code, input: undefined, run: new FakeRun() })).rejects.toMatchObject({
      code: 'ERR_MODULE_NOT_FOUND',
    })
    await expect(executor.execute(task('notAFunction'))).rejects.toThrow('must export a function named notAFunction')
  })
})

describe('a thread that dies', () => {
  test('process.exit in a handler fails its run and no other', async () => {
    const executor = await start()
    const run = new FakeRun()
    const other = executor.execute(task('waitForAbort', undefined, run))
    await run.ready
    await expect(executor.execute(task('exit', 3))).rejects.toThrow('exited with code: 3')
    run.controller.abort(new Error('enough'))
    expect(await other).toMatchObject({ message: 'enough' })
    expect(await executor.execute(task('default', 'still here'))).toBe('still here')
  })

  test('an error that nobody catches in a thread fails its run with that error', async () => {
    const executor = await start()
    await expect(executor.execute(task('throwLater'))).rejects.toMatchObject({
      name: 'TypeError',
      message: 'nobody catches this',
    })
  })

  test('a handler that uses more memory than the limit fails its run', async () => {
    const executor = await start({ resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 8 } })
    await expect(executor.execute(task('eatMemory'))).rejects.toMatchObject({ code: 'ERR_WORKER_OUT_OF_MEMORY' })
    expect(await executor.execute(task('default', 'still here'))).toBe('still here')
  }, 30_000)

  test('a thread that crashes after its run harms nobody and is said as a warning', async () => {
    const executor = await start()
    const warning = new Promise<Error>((resolve) => process.once('warning', resolve))
    await executor.execute(task('crashAfterwards'))
    expect(await warning).toMatchObject({ message: 'after the run' })
    expect(await executor.execute(task('default', 'still here'))).toBe('still here')
  })

  test('limits too small for any thread fail the run instead of keeping it waiting', async () => {
    const executor = await start({ resourceLimits: { maxOldGenerationSizeMb: 4, maxYoungGenerationSizeMb: 1 } })
    await expect(executor.execute(task('default'))).rejects.toMatchObject({ code: 'ERR_WORKER_OUT_OF_MEMORY' })
  }, 30_000)
})

describe('abort', () => {
  test('the signal inside the thread aborts with the reason', async () => {
    const executor = await start()
    const run = new FakeRun()
    const ending = executor.execute(task('waitForAbort', undefined, run))
    await run.ready
    run.controller.abort(Object.assign(new Error('too slow'), { name: 'Late', code: 'RUN_TIMEOUT' }))
    expect(await ending).toEqual({ name: 'Late', message: 'too slow', code: 'RUN_TIMEOUT' })
  })

  test('a handler that never waits sees the abort when it reports progress', async () => {
    const executor = await start()
    const run = new FakeRun()
    const ending = executor.execute(task('spinUntilAborted', undefined, run))
    await run.ready
    run.controller.abort(new Error('enough'))
    expect(await ending).toBe('stopped by itself')
  })

  test('a handler that ignores the abort is ended with its thread, and the next run has another', async () => {
    const executor = await start({ maxConcurrency: 1 })
    const run = new FakeRun()
    const memory = new Int32Array(new SharedArrayBuffer(4))
    const ending = executor.execute(task('spinForEver', memory, run))
    await run.ready
    run.controller.abort(new Error('enough'))
    const next = executor.execute(task('default', 'not kept waiting'))
    await expect(ending).rejects.toThrow('enough')
    expect(await next).toBe('not kept waiting')
    await vi.waitFor(async () => {
      const counted = Atomics.load(memory, 0)
      await new Promise((resolve) => setTimeout(resolve, 20))
      expect(Atomics.load(memory, 0)).toBe(counted)
    })
  })

  test('a run that is aborted already does not start', async () => {
    const executor = await start()
    const run = new FakeRun()
    run.controller.abort(new Error('never mind'))
    await expect(executor.execute(task('talk', undefined, run))).rejects.toThrow('never mind')
    expect(run.said).toEqual([])
  })
})

describe('life cycle', () => {
  test('many runs at once have a thread each, and idle threads end', async () => {
    const executor = await start({ idleTimeout: 0 })
    const runs = Array.from({ length: 4 }, () => new FakeRun())
    const endings = runs.map((run) => executor.execute(task('waitForAbort', undefined, run)))
    await Promise.all(runs.map((run) => run.ready))
    for (const run of runs) run.controller.abort(new Error('enough'))
    await Promise.all(endings)
    const first = await executor.execute(task('thread'))
    await vi.waitFor(async () => expect(await executor.execute(task('thread'))).not.toBe(first))
  })

  test('shutdown fails what is at work and returns, and start begins anew', async () => {
    const executor = await start()
    const run = new FakeRun()
    const ending = executor.execute(task('waitForAbort', undefined, run))
    const failed = expect(ending).rejects.toMatchObject({ code: 'SHUTDOWN' })
    await run.ready
    await executor.shutdown()
    await failed
    await expect(executor.execute(task('default'))).rejects.toMatchObject({ code: 'SCHEDULER_NOT_RUNNING' })
    await executor.start()
    expect(await executor.execute(task('default', 'again'))).toBe('again')
  })

  test('shutdown returns within its deadline while a thread is in a blocking call', async () => {
    const executor = await start()
    const sign = join(mkdtempSync(join(tmpdir(), 'cronwright-')), 'sign')
    const ending = expect(executor.execute(task('block', { sign, seconds: 4 }))).rejects.toMatchObject({
      code: 'SHUTDOWN',
    })
    await vi.waitFor(() => expect(existsSync(sign)).toBe(true), { timeout: 5_000 })
    const before = performance.now()
    await executor.shutdown()
    await ending
    const took = performance.now() - before
    expect(took).toBeGreaterThan(1_900)
    expect(took).toBeLessThan(3_000)
  }, 15_000)

  test('a process is not kept alive by an executor without work', () => {
    const script = `
      const { WorkerThreadsExecutor } = await import(${JSON.stringify(EXECUTOR)})
      const executor = new WorkerThreadsExecutor({ maxConcurrency: 1 })
      await executor.start()
      const run = { signal: new AbortController().signal, dueAt: new Date() }
      console.log(await executor.execute({ code: { module: ${JSON.stringify(HANDLERS.href)} }, input: 'done', run }))`
    const printed = execFileSync(process.execPath, ['--input-type=module', '-e', script], { timeout: 10_000 })
    expect(String(printed)).toBe('done\n')
  })

  test('without piscina, start says what to install', () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'cronwright-'))
    cpSync(DIST, join(elsewhere, 'dist'), { recursive: true })
    writeFileSync(join(elsewhere, 'package.json'), '{ "type": "module" }')
    const script = `
      const { WorkerThreadsExecutor } = await import('./dist/executors/worker-threads-executor.js')
      await new WorkerThreadsExecutor().start().catch((error) => console.log(error.code, error.message))`
    const printed = execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: elsewhere })
    expect(String(printed)).toContain('MISSING_DEPENDENCY')
    expect(String(printed)).toContain('npm install piscina')
  })

  test('options are checked', () => {
    const make = (options: object) => () => new build.WorkerThreadsExecutor(options)
    expect(make({ maxConcurrency: 0 })).toThrow('executor.maxConcurrency')
    expect(make({ idleTimeout: 'soon' })).toThrow('executor.idleTimeout')
    expect(make({ resourceLimits: { stackSizeMb: -1 } })).toThrow('executor.resourceLimits.stackSizeMb')
    expect(make({ resourceLimits: { memory: 1 } })).toThrow('executor.resourceLimits.memory')
    expect(make({ threads: 2 })).toThrow('executor.threads')
  })
})
