/** Several processes on one SQLite file. */

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { SqliteJobStore } from '../../src/sqlite.ts'
import { insert, runRecord } from '../../src/testing/conformance/records.ts'
import type { Order, Reply } from './sqlite-process.ts'

const PROCESSES = 10
const ROUNDS = 6
const RUNS = 300
const HOST = { workerId: 'test', now: Date.now, wakeup: () => undefined, reportError: () => undefined }

const directory = mkdtempSync(join(tmpdir(), 'cronwright-'))
let processes: readonly ChildProcess[] = []

beforeAll(async () => {
  const script = fileURLToPath(new URL('./sqlite-process.ts', import.meta.url))
  processes = Array.from({ length: PROCESSES }, () => fork(script, { execArgv: ['--import', 'tsx'] }))
  await Promise.all(processes.map(replyOf))
})

afterAll(() => {
  for (const child of processes) child.kill()
  rmSync(directory, { recursive: true, force: true })
})

async function replyOf(child: ChildProcess): Promise<Reply> {
  const [reply]: Reply[] = await once(child, 'message')
  return reply ?? { error: 'no reply' }
}

/** Gives every process the same order at the same time. */
function tellAll(order: Order): Promise<readonly Reply[]> {
  return Promise.all(
    processes.map((child) => {
      const reply = replyOf(child)
      child.send(order)
      return reply
    }),
  )
}

it(`NB-12 lets ${PROCESSES} processes start at once on an empty file, and each run be claimed by one of them`, async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const path = join(directory, `round-${round}.db`)
    expect(await tellAll({ open: path })).toEqual(processes.map(() => ({ won: [] })))

    const store = new SqliteJobStore({ path })
    await store.start(HOST, 'shared')
    await insert(store, ...Array.from({ length: RUNS }, (_, index) => runRecord(`run-${index}`)))
    const claimed = (await tellAll({ claim: true })).flatMap((reply) => ('won' in reply ? reply.won : [reply.error]))

    expect(claimed).toHaveLength(RUNS)
    expect(new Set(claimed).size).toBe(RUNS)
    expect(await store.count({ kind: 'run', states: ['running'] })).toBe(RUNS)
    await store.shutdown()
  }
})
