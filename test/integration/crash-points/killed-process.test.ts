/** Real processes on SQLite, each killed by SIGKILL at a call of its store; this process takes over. In real time. */

import { setTimeout as wait } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { systemClock } from '../../../src/core/clock.ts'
import { Scheduler } from '../../../src/index.ts'
import { newDatabasePath } from '../../unit/scheduler/support.ts'
import { startChild } from '../reliability/child.ts'
import { sqliteDatabase } from '../reliability/connections.ts'
import { AFTERLIFE_MS, leaveOrphan } from './crash.ts'
import { type Note, prepare, TIMES } from './life.ts'
import { type Evidence, violations } from './verdict.ts'

const SCRIPT = new URL('./children/living.ts', import.meta.url)
/** Processes at once: they spend most of their time waiting. */
const AT_ONCE = 8

/** Processes die at the first change of each kind, and at some other calls. */
const STEPS = [
  'add job',
  'add run',
  'fire',
  'claim',
  'take over',
  'progress',
  'retry',
  'completed',
  'cancelled',
  'hand back',
]
const DEATHS: readonly (readonly [call: string, moment: string])[] = [
  ...STEPS.map((step) => [step, 'before'] as const),
  ...STEPS.map((step) => [step, 'after'] as const),
  ...['1', '12', '31', '47'].map((call) => [call, 'before'] as const),
]

/** Kills a process and takes over; what is wrong afterwards. */
async function wrongsAfter(call: string, moment: string): Promise<string[]> {
  const path = newDatabasePath()
  const shared = sqliteDatabase(path)
  await leaveOrphan(shared, Date.now())
  const child = startChild<Note>(SCRIPT, path, call, moment)
  const ending = await child.ended
  const diedAt = Date.now()
  if (ending !== 'SIGKILL') return [`${moment} ${call}: the process ended with ${ending}`]

  const notes = [...child.lines]
  const scheduler = new Scheduler({ ...TIMES, jobStores: { default: shared.connect() }, workerId: 'survivor' })
  const note = (made: Note): void => void notes.push(made)
  prepare({ name: 'survivor', scheduler, clock: systemClock, isPatient: false, note, isDead: () => false })
  const runsAtDeath = await scheduler.getRuns({ limit: 10_000 })
  await scheduler.start()
  await wait(AFTERLIFE_MS)
  const endedAt = Date.now()
  await scheduler.shutdown()
  const runsAtEnd = await scheduler.getRuns({ limit: 10_000 })
  const nextFire = (await scheduler.getJob('tick'))?.nextRunTime?.getTime()
  await scheduler.shutdown()
  const facts = { notes, runsAtDeath, runsAtEnd, nextFire, diedAt, endedAt, survivor: 'survivor' }
  const evidence: Evidence = { ...facts, slackMs: 1_500 }
  return violations(evidence).map((violation) => `${moment} ${call}: ${violation}`)
}

it(`${DEATHS.length} processes, killed at as many points, lose nothing and double nothing`, {
  timeout: 240_000,
}, async () => {
  const left = [...DEATHS]
  const wrong: string[] = []
  const work = async (): Promise<void> => {
    for (let death = left.shift(); death !== undefined; death = left.shift())
      wrong.push(...(await wrongsAfter(...death)))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  expect(wrong).toEqual([])
})
