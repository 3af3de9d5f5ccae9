import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { ConfigurationError, interval, Scheduler } from '../../../src/index.ts'

type Problem = readonly [field: string, value: unknown, rule: RegExp]

function errorOf(source: unknown): ConfigurationError {
  try {
    Scheduler.fromConfig(source)
  } catch (error) {
    if (error instanceof ConfigurationError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

/** Each in a configuration of its own, and all of them in one. */
const WRONG: readonly (readonly [source: object, ...Problem])[] = [
  [{ timeZone: 'UTC' }, 'timeZone', 'UTC', /one of the options timezone/],
  [{ timezone: 'Mars' }, 'timezone', 'Mars', /IANA/],
  [{ queues: [] }, 'queues', [], /at least one/],
  [{ leaseDuration: '10ms' }, 'leaseDuration', '10ms', /between 100/],
  [{ pollInterval: true }, 'pollInterval', true, /duration/],
  [{ workerId: '' }, 'workerId', '', /text of 1/],
  [{ history: { keep: -1, size: 5 } }, 'history.keep', -1, /whole number/],
  [{ roles: { schedule: 'no' } }, 'roles.schedule', 'no', /true or false/],
  [{ jobDefaults: { maxInstances: 0 } }, 'jobDefaults.maxInstances', 0, /whole number/],
  [{ jobDefaults: { retry: { attempts: '3' } } }, 'jobDefaults.retry.attempts', '3', /whole number/],
  [
    { jobStores: { main: 'oracle://db' } },
    'jobStores.main',
    'oracle://db',
    /URL that begins with one of memory:, sqlite:/,
  ],
  [{ jobStores: { file: { type: 'sqlite' } } }, 'jobStores.file.path', undefined, /path of a file/],
  [{ jobStores: { spare: { path: './x' } } }, 'jobStores.spare.type', undefined, /text/],
  [{ executors: { cpu: { type: 'threads' } } }, 'executors.cpu.type', 'threads', /one of async, worker-threads/],
  [{ executors: { io: { type: 'async', max: 5 } } }, 'executors.io.max', 5, /one of the options maxConcurrency/],
  [{ logger: 'pino' }, 'logger', 'pino', /object/],
  [{ clock: {} }, 'clock.now', undefined, /function/],
]

describe('a problem of a configuration', () => {
  it.each(WRONG)('%j is told as %s', (source, field, value, rule) => {
    const { details, message } = errorOf(source)
    expect(details).toMatchObject({ field, rule: expect.stringMatching(rule) })
    expect(details['value']).toEqual(value)
    expect(message).toContain(`${field}: must `)
  })

  it('does not hide the next: all are told at once, in one error', () => {
    const together: Record<string, Record<string, unknown>> = {}
    for (const [source] of WRONG) {
      for (const [key, value] of Object.entries(source)) {
        const isGroup = typeof value === 'object' && value !== null && !Array.isArray(value)
        together[key] = isGroup ? { ...together[key], ...value } : value
      }
    }
    together['jobDefaults'] = { maxInstances: 0, retry: { attempts: '3' } }
    const { details, message } = errorOf(together)
    const fields = (details['problems'] as { field: string }[]).map(({ field }) => field)
    expect(fields.sort()).toEqual([...WRONG.map(([, field]) => field), 'history.size'].sort())
    for (const field of fields) expect(message).toContain(`${field}: `)
  })

  it('leaves nothing behind: no store is opened', () => {
    const directory = mkdtempSync(join(tmpdir(), 'cronwright-configuration-'))
    const path = join(directory, 'jobs.db')
    errorOf({ jobStores: { default: `sqlite:${path}` }, timezone: 'Mars' })
    expect(existsSync(path)).toBe(false)
    rmSync(directory, { recursive: true })
  })

  it.each<readonly [string, string, object]>([
    ['a group that is no plain object', 'jobDefaults', { jobDefaults: new Date(0) }],
    ['stores that are a promise', 'jobStores', { jobStores: Promise.resolve({}) }],
    ['an alias between blanks', 'alias', { jobStores: { ' x ': 'memory:' } }],
  ])('that no JSON can have is told as well: %s', (_name, field, source) => {
    expect(errorOf(source).details).toMatchObject({ field, rule: expect.stringMatching(/^must /) })
  })
})

describe('the store is chosen in one line', () => {
  const directory = mkdtempSync(join(tmpdir(), 'cronwright-configuration-'))
  afterAll(() => rmSync(directory, { recursive: true, force: true }))

  /** What a service does at its start, whatever its store is. */
  async function serviceWith(store: string): Promise<Scheduler> {
    const scheduler = Scheduler.fromConfig({ timezone: 'UTC', jobStores: { default: store } })
    scheduler.register('report', () => undefined)
    return scheduler
  }

  async function idsAfterRestart(store: string): Promise<string[]> {
    const first = await serviceWith(store)
    await first.addJob('report', interval('1h'), { id: 'hourly' })
    await first.shutdown()
    const second = await serviceWith(store)
    const ids = (await second.getJobs()).map(({ id }) => id)
    await second.removeJobStore('default')
    await first.removeJobStore('default')
    return ids
  }

  it('memory: forgets', async () => {
    expect(await idsAfterRestart('memory:')).toEqual([])
  })

  it('sqlite:./jobs.db keeps', async () => {
    expect(await idsAfterRestart(`sqlite:${join(directory, 'jobs.db')}`)).toEqual(['hourly'])
  })
})
