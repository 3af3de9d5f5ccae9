/** Real processes that are told to end by signals. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { Scheduler, shutdownOnSignals } from '../../../src/index.ts'
import { SqliteJobStore } from '../../../src/sqlite.ts'
import { type Child, startChild } from '../reliability/child.ts'

interface Line {
  readonly event: string
  readonly at: number
  readonly attempt?: number
  readonly signal?: string
  readonly state?: string
}

const POLL_MS = 200
/** What a loaded machine may add to a poll. */
const SLACK_MS = 2_000

let path = ''

beforeEach(() => {
  const directory = mkdtempSync(join(tmpdir(), 'cronwright-signals-'))
  path = join(directory, 'jobs.db')
  return () => rmSync(directory, { recursive: true, force: true })
})

function service(name: string, work: number | '-', options: object = {}): Child<Line> {
  return startChild(
    new URL('./children/service.ts', import.meta.url),
    path,
    name,
    String(work),
    JSON.stringify(options),
  )
}

const is = (event: string) => (line: Line) => line.event === event

describe('shutdownOnSignals', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'ZJ-17 %s: the run at work comes to its end, then the process does',
    async (signal) => {
      const child = service('one', 800)
      await child.find(is('started'))
      child.kill(signal)
      expect(await child.ended).toBe(0)
      expect(child.lines.map(({ event }) => event).filter((event) => event !== 'ready')).toEqual([
        'started',
        'done',
        'shut down',
      ])
      expect(child.lines.at(-1)).toMatchObject({ signal, state: 'stopped' })
      const store = new SqliteJobStore({ path })
      const reader = new Scheduler({ jobStores: { default: store } })
      onTestFinished(() => reader.shutdown())
      expect(await reader.getRuns()).toMatchObject([{ state: 'completed', attempt: 1 }])
    },
  )

  it('ZJ-17 a run that takes longer than the timeout is handed back, and another process starts it within a poll', async () => {
    const first = service('one', 60_000, { timeout: '300ms' })
    await first.find(is('started'))
    const second = service('other', '-')
    await second.find(is('ready'))
    first.kill('SIGTERM')
    expect(await first.ended).toBe(0)
    const started = await second.find(is('started'))
    const handedBack = first.lines.find(is('shut down'))?.at ?? Number.NaN
    // The lease had ten seconds to go; the attempt that was handed back does not count.
    expect(started.attempt).toBe(1)
    expect(started.at - handedBack).toBeLessThan(POLL_MS + SLACK_MS)
    second.kill('SIGKILL')
  })

  it('a second signal ends the process at once, with 128 and the number of the signal', async () => {
    const child = service('one', 60_000, { timeout: '60s' })
    await child.find(is('started'))
    child.kill('SIGTERM')
    // A signal that comes while one of the same kind waits to be taken is lost.
    await new Promise((resolve) => setTimeout(resolve, 300))
    child.kill('SIGTERM')
    expect(await child.ended).toBe(143)
    expect(child.lines.some(is('shut down'))).toBe(false)
  })

  it('with exit: false the process goes on until nothing keeps it alive', async () => {
    const child = service('one', '-', { exit: false, signals: ['SIGUSR2'] })
    await child.find(is('ready'))
    child.kill('SIGUSR2')
    expect(await child.ended).toBe(0)
    expect(child.lines.at(-1)).toMatchObject({ event: 'shut down', signal: 'SIGUSR2' })
  })

  it('the function it returns takes everything back', () => {
    const before = process.listenerCount('SIGTERM')
    const undo = shutdownOnSignals(new Scheduler())
    expect(process.listenerCount('SIGTERM')).toBe(before + 1)
    undo()
    expect(process.listenerCount('SIGTERM')).toBe(before)
  })

  it('bad options are refused with their names, and nothing is listened to', () => {
    const scheduler = new Scheduler()
    const before = process.listenerCount('SIGTERM')
    const refused = (options: object, field: string): void =>
      expect(() => shutdownOnSignals(scheduler, options)).toThrow(
        expect.objectContaining({ details: expect.objectContaining({ field }) }),
      )
    refused({ signals: [] }, 'options.signals')
    refused({ signals: ['SIGTERM', 'TERM'] }, 'options.signals[1]')
    refused({ timeout: 'soon' }, 'options.timeout')
    refused({ exit: 1 }, 'options.exit')
    refused({ onShutdown: 'close' }, 'options.onShutdown')
    refused({ signal: 'SIGTERM' }, 'options.signal')
    // @ts-expect-error
    expect(() => shutdownOnSignals({})).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    expect(process.listenerCount('SIGTERM')).toBe(before)
  })
})
