/** What the network does to each request: how long it takes, and whether it, or its reply, gets lost. */

import type { Fault } from '../../checks/history.ts'
import type { SimulatedProcess } from './process.ts'
import type { World } from './world.ts'

/** The fate of one request, drawn when it is sent. */
export interface Trip {
  readonly thereMs: number
  readonly backMs: number
  readonly isRequestLost: boolean
  readonly isReplyLost: boolean
  /** Whether it is still in its sender when that dies before it arrives. */
  readonly diesWithSender: boolean
}

const USUAL_MS = 3
/** One request in so many takes longer, with no fault at all. */
const SLOW_CHANCE = 0.02
const SLOW_MS = 30
const LOSS_CHANCE = 0.25

export class Weather {
  readonly #faults: readonly Fault[]
  readonly #world: World
  readonly #slowMs: number

  constructor(faults: readonly Fault[], world: World, slowMs: number) {
    this.#faults = faults.filter(({ kind }) => kind === 'outage' || kind === 'flaky' || kind === 'slow')
    this.#world = world
    this.#slowMs = slowMs
  }

  isOut(process: string): boolean {
    return this.#is('outage', process)
  }

  trip({ name, random }: SimulatedProcess): Trip {
    const most = this.#is('slow', name) ? this.#slowMs : random.chance(SLOW_CHANCE) ? SLOW_MS : USUAL_MS
    const thereMs = random.between(0.1, most)
    const backMs = random.between(0.1, most)
    const loss = this.#is('flaky', name) ? random.next() : 1
    return {
      thereMs,
      backMs,
      isRequestLost: loss < LOSS_CHANCE,
      isReplyLost: loss >= LOSS_CHANCE && loss < 2 * LOSS_CHANCE,
      diesWithSender: random.chance(0.5),
    }
  }

  #is(kind: Fault['kind'], process: string): boolean {
    const { now } = this.#world
    return this.#faults.some(
      (fault) =>
        fault.kind === kind &&
        fault.from <= now &&
        now < fault.to &&
        (fault.process === null || fault.process === process),
    )
  }
}
