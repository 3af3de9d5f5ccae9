/** Lets something befall a process at one call of its store, in virtual time, and a second one take over; gathers the evidence. */

import { Scheduler } from '../../../src/index.ts'
import { ManualClock } from '../../../src/testing/manual-clock.ts'
import { START, settled } from '../../unit/scheduler/support.ts'
import type { Database, Interceptor } from '../reliability/connections.ts'
import { LEASE_MS, live, type Note, POLL_MS, prepare, TIMES } from './life.ts'
import { type Mishap, Mortal, MortalClock } from './mortal.ts'
import type { Evidence } from './verdict.ts'

/** Long enough for every lease to end, for what waits to run, and for the cron job to fire as it should again. */
export const AFTERLIFE_MS = LEASE_MS + POLL_MS + 2_250

export interface Crash {
  readonly evidence: Evidence
  /** What the killed process asked of its store. */
  readonly calls: readonly string[]
}

/** When the process begins: not at a fire time. */
const BIRTH = START + 250

/** A run that a process left at work when it died, a minute ago. */
export async function leaveOrphan(database: Database, now: number): Promise<void> {
  const mortal = new Mortal()
  const clock = new MortalClock(now - 60_000, mortal)
  const jobStores = { default: database.connect(mortal.interceptor) }
  const scheduler = new Scheduler({ ...TIMES, clock, jobStores, workerId: 'predecessor' })
  scheduler.register('orphan', () => mortal.die())
  await scheduler.start()
  await scheduler.enqueue('orphan')
  await settled(clock, mortal.died)
}

/** @param between - sits between the processes and the database, to make it worse than it is */
export async function crash(database: Database, mishap?: Mishap, between?: Interceptor): Promise<Crash> {
  await leaveOrphan(database, BIRTH)
  const mortal = new Mortal(mishap)
  const clock = new MortalClock(BIRTH, mortal)
  const notes: Note[] = []
  const note = (made: Note): void => void (mortal.isDead || notes.push(made))
  const jobStores = { default: database.connect(between === undefined ? mortal.interceptor : chain(mortal, between)) }
  const scheduler = new Scheduler({ ...TIMES, clock, jobStores, workerId: 'victim' })
  const victim = { name: 'victim', scheduler, clock, isPatient: true, note, isDead: () => mortal.isDead }
  prepare(victim)
  await settled(clock, Promise.race([live(victim), mortal.died]))

  const diedAt = clock.diedAt ?? clock.now()
  const evidence = await afterlife(database, diedAt, notes)
  return { evidence, calls: mortal.calls }
}

/** What lies between may make several calls of one, and the process may die at each of them. */
function chain(mortal: Mortal, between: Interceptor): Interceptor {
  return (call) =>
    between({
      ...call,
      proceed: (changes = call.changes) =>
        mortal.interceptor({
          ...call,
          changes,
          proceed: () => call.proceed(...(call.operation === 'commit' ? [changes] : [])),
        }),
    })
}

/** The second process, from the death of the first on. */
async function afterlife(database: Database, diedAt: number, notes: Note[]): Promise<Evidence> {
  const clock = new ManualClock(diedAt)
  const jobStores = { default: database.connect() }
  const scheduler = new Scheduler({ ...TIMES, clock, jobStores, workerId: 'survivor' })
  const note = (made: Note): void => void notes.push(made)
  prepare({ name: 'survivor', scheduler, clock, isPatient: false, note, isDead: () => false })
  const runsAtDeath = await scheduler.getRuns({ limit: 10_000 })
  await scheduler.start()
  await clock.advance(AFTERLIFE_MS)
  const endedAt = clock.now()
  const runsAtEnd = await scheduler.getRuns({ limit: 10_000 })
  const job = await scheduler.getJob('tick')
  await settled(clock, scheduler.shutdown())
  const nextFire = job?.nextRunTime?.getTime()
  return { notes, runsAtDeath, runsAtEnd, nextFire, diedAt, endedAt, survivor: 'survivor', slackMs: 0 }
}
