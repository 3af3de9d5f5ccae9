/** Two processes on one SQLite file: each sees the other, and what both did. */

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished, vi } from 'vitest'
import { NO_COUNTS } from '../../../src/jobs/counters.ts'
import type { View } from './worker-process.ts'

const WITHIN = { timeout: 30_000, interval: 100 }
const BOTH = { ...NO_COUNTS, submitted: 42, started: 40, completed: 40 }

function newDatabasePath(): string {
  const directory = mkdtempSync(join(tmpdir(), 'cronwright-workers-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return join(directory, 'jobs.db')
}

async function startProcess(path: string, workerId: string): Promise<ChildProcess> {
  const script = fileURLToPath(new URL('./worker-process.ts', import.meta.url))
  const child = fork(script, [path, workerId], { execArgv: ['--import', 'tsx'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child, 'message')
  return child
}

async function viewOf(child: ChildProcess): Promise<View> {
  const answer = once(child, 'message')
  child.send('look')
  const [view]: View[] = await answer
  if (view === undefined) throw new Error('the process said nothing')
  return view
}

it('FD-20 ZJ-16 two processes report the same numbers, also when one of them was killed', async () => {
  const path = newDatabasePath()
  const [one, other] = await Promise.all([startProcess(path, 'one'), startProcess(path, 'other')])
  await vi.waitFor(async () => {
    const views = [await viewOf(one), await viewOf(other)]
    for (const { stats, workers } of views) {
      expect(stats.totals).toEqual(BOTH)
      expect(stats).toMatchObject({ pending: 2, scheduled: 2, running: 0, workers: 2 })
      expect(stats.queues['low']).toMatchObject({ submitted: 2, pending: 2 })
      expect(new Set(workers.map(({ pid }) => pid))).toEqual(new Set([one.pid, other.pid]))
    }
  }, WITHIN)

  one.kill('SIGKILL')
  await vi.waitFor(async () => {
    expect((await viewOf(other)).workers).toEqual([{ id: 'other', pid: other.pid, state: 'active' }])
  }, WITHIN)
  expect((await viewOf(other)).stats.totals).toEqual(BOTH)
}, 90_000)
