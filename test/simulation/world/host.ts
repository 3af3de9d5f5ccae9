/**
 * A place where a scheduler runs: a process, and the next one after it died. Its log entries, its faults, and the calls
 * that users make through it.
 */

import { type MemoryJobStore, Scheduler } from '../../../src/index.ts'
import type { RecordJobStore } from '../../../src/stores/record-job-store.ts'
import type { Fault, LogEvent } from '../../checks/history.ts'
import type { Timeline } from '../../checks/timeline.ts'
import { type Actor, workHandler } from '../../workload/handler.ts'
import { addJob } from '../../workload/job-calls.ts'
import type { Random } from '../../workload/random.ts'
import { logScheduler, type Note } from '../../workload/scheduler-log.ts'
import { ProcessClock, SimulatedProcess } from './process.ts'
import { RemoteStore } from './remote-store.ts'
import type { Scenario } from './scenario.ts'
import type { Weather } from './weather.ts'
import type { World } from './world.ts'

/** A fault as it happens: its end may not be known yet. */
export type OpenFault = { -readonly [K in keyof Fault]: Fault[K] }

/** How a process gets its store and its clock; a seeded bug puts something else in their place. */
export interface Parts {
  newStore(process: SimulatedProcess, core: MemoryJobStore, weather: Weather, scenario: Scenario): RecordJobStore
  newClock(process: SimulatedProcess, timeline: Timeline, skewMs: number, rate: number): ProcessClock
}

export const SOUND_PARTS: Parts = {
  newStore: (process, core, weather) => new RemoteStore(process, core, weather),
  newClock: (process, timeline, skewMs, rate) => new ProcessClock(process, timeline, skewMs, rate),
}

/** What the hosts of a simulation share. */
export interface Stage {
  readonly scenario: Scenario
  readonly world: World
  readonly core: MemoryJobStore
  readonly weather: Weather
  readonly timeline: Timeline
  readonly random: Random
  readonly skewMs: number
  readonly parts: Parts
  readonly log: LogEvent[]
  readonly faults: OpenFault[]
}

/** Drift of a process's monotonic clock. */
const DRIFT = 0.01
const ENSURE_AGAIN_MS = 200

export class Host implements Actor {
  readonly name: string
  readonly #stage: Stage
  #boots = 0
  #process: SimulatedProcess
  #clock: ProcessClock
  #scheduler: Scheduler | undefined
  /** Its death, until it is back. */
  #absence: OpenFault | undefined

  constructor(name: string, stage: Stage) {
    this.name = name
    this.#stage = stage
    this.#process = this.#newProcess()
    this.#clock = this.#newClock()
    this.#start()
  }

  /** True time as far as this process has come. */
  get now(): number {
    return this.#process.now
  }

  /** Whether users can call it. */
  get isUp(): boolean {
    return this.#process.isAlive && this.#scheduler !== undefined
  }

  note(event: Note): void {
    if (!this.#process.isAlive) return
    this.#stage.log.push({ at: this.now, wall: this.#clock.now(), process: this.name, ...event })
  }

  /** Lets something happen in this process later. */
  after(ms: number, happen: () => void): void {
    this.#clock.setTimer(happen, ms)
  }

  /** Kills the process now, or where it has come to by itself; the next one starts so much later. */
  crash(awayMs: number, at = this.#stage.world.now): void {
    if (!this.#process.isAlive) return
    const fault = this.#fault('crash')
    fault.from = at
    if (this.#absence !== undefined) this.#absence.to = at
    this.#absence = fault
    this.#process.kill()
    this.#scheduler = undefined
    this.#stage.world.schedule(at + awayMs, () => this.#restart())
  }

  /** The operating system stops the process for so long. */
  stop(ms: number): void {
    if (!this.#process.isAlive) return
    this.#fault('stop').to = this.now + ms
    this.#process.stop(ms)
  }

  /** A handler keeps the thread for so long. */
  block(ms: number): void {
    this.#fault('block').to = this.now + ms
    this.#process.stop(ms)
  }

  /** Tells the scheduler to end, and ends the process when it has. */
  shutDown(graceMs: number, awayMs: number): void {
    const scheduler = this.#scheduler
    if (scheduler === undefined || !this.#process.isAlive || this.#absence !== undefined) return
    const process = this.#process
    this.#absence = this.#fault('shutdown')
    this.#scheduler = undefined
    process.later(0, () => {
      const askedAt = this.now
      void scheduler.shutdown({ timeout: graceMs }).then(() => {
        this.note({ ev: 'shutdown', askedAt })
        if (!process.isAlive) return
        this.crash(awayMs, process.now)
      })
    })
  }

  /** Calls the scheduler in this process. Resolves with undefined when the process dies before the call has ended. */
  async call<T>(act: (scheduler: Scheduler) => Promise<T>): Promise<{ value: T } | { error: unknown } | undefined> {
    const process = this.#process
    const scheduler = this.#scheduler
    if (scheduler === undefined) return undefined
    const answer = new Promise<{ value: T } | { error: unknown }>((resolve) => {
      process.later(0, () => {
        act(scheduler).then(
          (value) => resolve({ value }),
          (error: unknown) => resolve({ error }),
        )
      })
    })
    return Promise.race([answer, process.died.then(() => undefined)])
  }

  #newProcess(): SimulatedProcess {
    const { world, random } = this.#stage
    this.#boots += 1
    return new SimulatedProcess(this.name, world, random.stream(`${this.name}.${this.#boots}`))
  }

  #newClock(): ProcessClock {
    const { parts, timeline, skewMs } = this.#stage
    const { random } = this.#process
    const skew = Math.round(random.between(-skewMs, skewMs))
    return parts.newClock(this.#process, timeline, skew, random.between(1 - DRIFT, 1 + DRIFT))
  }

  #restart(): void {
    this.#process = this.#newProcess()
    this.#clock = this.#newClock()
    this.#start()
  }

  #start(): void {
    const process = this.#process
    process.later(process.random.between(0, 50), () => {
      void this.#live(process)
    })
  }

  /** What a service does when it starts: registers its functions, adds its jobs, starts its scheduler. */
  async #live(process: SimulatedProcess): Promise<void> {
    const { scenario, core, weather, random, parts } = this.#stage
    const scheduler = new Scheduler({
      clock: this.#clock,
      timezone: 'UTC',
      workerId: `${this.name}.${this.#boots}`,
      jobStores: { default: parts.newStore(process, core, weather, scenario) },
      leaseDuration: scenario.leaseMs,
      pollInterval: scenario.pollMs,
    })
    logScheduler(scheduler, (event) => this.note(event))
    scheduler.register(
      'work',
      workHandler({ actor: this, random, leaseMs: scenario.leaseMs, quietFrom: scenario.quietFrom }),
    )
    for (const job of scenario.jobs) if (job.isEnsured) await this.#ensure(scheduler, job)
    await scheduler.start()
    this.#scheduler = scheduler
    if (this.#absence !== undefined) this.#absence.to = this.now
    this.#absence = undefined
  }

  async #ensure(scheduler: Scheduler, plan: Scenario['jobs'][number]): Promise<void> {
    const { id: jobId, schedule, policy } = plan
    const askedAt = this.now
    for (;;) {
      try {
        const { nextRunTime } = await addJob(scheduler, plan)
        const nextRun = nextRunTime?.getTime() ?? null
        this.note({ ev: 'edit', op: 'ensure', jobId, askedAt, schedule, policy, nextRun })
        return
      } catch {
        await new Promise<void>((resolve) => this.after(ENSURE_AGAIN_MS, resolve))
      }
    }
  }

  #fault(kind: Fault['kind']): OpenFault {
    const fault: OpenFault = { kind, process: this.name, from: this.now, to: this.#stage.scenario.endAt }
    this.#stage.faults.push(fault)
    return fault
  }
}
