/**
 * One simulated process: a life with its own clock. Everything that happens in it is an event of the world that it gets
 * only while it lives; while it is stopped, its events wait.
 */

import type { Clock, TimerHandle } from '../../../src/core/clock.ts'
import type { Timeline } from '../../checks/timeline.ts'
import type { Random } from '../../workload/random.ts'
import type { World, WorldEvent } from './world.ts'

/** The longest that a turn of the event loop is late, in ms. */
const TURN_MS = 3

export class SimulatedProcess {
  readonly name: string
  readonly world: World
  readonly random: Random
  /** Resolves when it dies. */
  readonly died: Promise<void>
  isAlive = true
  #stoppedUntil = 0
  #die: () => void = () => undefined

  constructor(name: string, world: World, random: Random) {
    this.name = name
    this.world = world
    this.random = random
    this.died = new Promise((resolve) => {
      this.#die = resolve
    })
  }

  /** True time as far as this process has come: ahead of the world while its handler keeps the thread. */
  get now(): number {
    return Math.max(this.world.now, this.#stoppedUntil)
  }

  /** Lets something happen in this process, after a delay and when it has its turn. */
  later(delayMs: number, happen: () => void): TimerHandle {
    return new Turn(this, happen, this.now + delayMs)
  }

  /** When it has its next turn: later than now while it is stopped. */
  get nextTurnAt(): number {
    return this.#stoppedUntil
  }

  /** Gives it no turn for so long. */
  stop(ms: number): void {
    this.#stoppedUntil = Math.max(this.#stoppedUntil, this.world.now + ms)
  }

  /** Ends it: nothing happens in it any more, and nothing that it waits for comes. */
  kill(): void {
    this.isAlive = false
    this.#die()
  }
}

/** Something that is to happen in a process. */
class Turn implements TimerHandle {
  readonly #process: SimulatedProcess
  readonly #happen: () => void
  #event: WorldEvent

  constructor(process: SimulatedProcess, happen: () => void, at: number) {
    this.#process = process
    this.#happen = happen
    this.#event = this.#wait(at)
  }

  cancel(): void {
    this.#event.isCancelled = true
  }

  #wait(at: number): WorldEvent {
    return this.#process.world.schedule(at, () => this.#come())
  }

  #come(): void {
    const { isAlive, nextTurnAt, world } = this.#process
    if (!isAlive) return
    if (nextTurnAt > world.now) this.#event = this.#wait(nextTurnAt)
    else this.#happen()
  }
}

/** A process's clock: the machine's wall clock, a little off, and a monotonic one that runs a little fast or slow. */
export class ProcessClock implements Clock {
  readonly #process: SimulatedProcess
  readonly #timeline: Timeline
  readonly #skewMs: number
  readonly #rate: number

  constructor(process: SimulatedProcess, timeline: Timeline, skewMs: number, rate: number) {
    this.#process = process
    this.#timeline = timeline
    this.#skewMs = skewMs
    this.#rate = rate
  }

  now(): number {
    return Math.floor(this.#timeline.wallAt(this.#process.now) + this.#skewMs)
  }

  monotonic(): number {
    return this.#process.now * this.#rate
  }

  setTimer(callback: () => void, delayMs: number): TimerHandle {
    const late = this.#process.random.between(0, TURN_MS)
    return this.#process.later(Math.max(0, delayMs) / this.#rate + late, callback)
  }

  nextTurn(): Promise<void> {
    return new Promise((resolve) => {
      this.#process.later(this.#process.random.between(0.1, 2 * TURN_MS), resolve)
    })
  }
}
