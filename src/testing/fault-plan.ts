/**
 * What goes wrong in a {@link FaultyJobStore}, and when: faults that a test names, and faults drawn at random from a seed.
 * A plan is asked once for each call, in the order of the calls, so the same calls meet the same faults.
 */

import { type Duration, parseDuration } from '../core/duration.ts'
import { checkFields, checkInteger, checkNumber, checkOneOf, checkTexts } from '../core/validate.ts'
import { STORE_OPERATIONS, type StoreOperation } from './forwarding-job-store.ts'
import { seededRandom } from './random.ts'

/** `before`: nothing was done; `after`: it was done, and the caller does not hear of it. */
export type FaultMoment = 'before' | 'after'

/** One thing that goes wrong. */
export interface Fault {
  /** Which operation; left out, any. */
  readonly operation?: StoreOperation
  /** At which call, 1 being the next one (of that operation) after the fault was planned. @default 1 */
  readonly call?: number
  /** For how many calls in a row; `Infinity` for all from then on. @default 1 */
  readonly times?: number
  /** @default 'before' */
  readonly when?: FaultMoment
  /** Given: the call takes this much longer (the request before, the reply after) and does not fail. */
  readonly delay?: Duration
}

/** Faults drawn at random. */
export interface RandomFaults {
  /** The same seed gives the same faults to the same calls. */
  readonly seed: number
  /** Part of the calls that fail before anything is done, 0 to 1. @default 0 */
  readonly before?: number
  /** Part of the calls that are done and whose reply is lost, 0 to 1. @default 0 */
  readonly after?: number
  /** Only these operations. @default all but `close` */
  readonly operations?: readonly StoreOperation[]
}

/** What happens to one call. */
export interface CallFate {
  readonly fails: FaultMoment | null
  /** Milliseconds by which the request comes later, and the reply. */
  readonly delayBefore: number
  readonly delayAfter: number
}

interface PlannedFault {
  readonly operation: StoreOperation | null
  /** Calls left until it begins, and then calls left that it takes. */
  wait: number
  times: number
  readonly when: FaultMoment
  readonly delayMs: number | null
}

const FAULT_KEYS = ['operation', 'call', 'times', 'when', 'delay'] as const satisfies readonly (keyof Fault)[]
const RANDOM_KEYS = ['seed', 'before', 'after', 'operations'] as const satisfies readonly (keyof RandomFaults)[]

export class FaultPlan {
  readonly #planned: PlannedFault[] = []
  readonly #random: ((operation: StoreOperation) => FaultMoment | null) | undefined

  /** @throws InvalidArgumentError */
  constructor(random: RandomFaults | undefined, field: string) {
    if (random !== undefined) this.#random = randomFaults(random, field)
  }

  /** @throws InvalidArgumentError */
  add(fault: Fault, field: string): void {
    const { operation, call = 1, times = 1, when = 'before', delay } = checkFields(fault, field, FAULT_KEYS)
    this.#planned.push({
      operation: operation === undefined ? null : checkOneOf(operation, `${field}.operation`, STORE_OPERATIONS),
      wait: checkInteger(call, `${field}.call`, 1, Number.MAX_SAFE_INTEGER),
      times: times === Number.POSITIVE_INFINITY ? times : checkInteger(times, `${field}.times`, 1, 2 ** 53 - 1),
      when: checkOneOf(when, `${field}.when`, ['before', 'after']),
      delayMs: delay === undefined ? null : parseDuration(delay, `${field}.delay`),
    })
  }

  /** Forgets the faults that were named; those drawn at random go on. */
  clear(): void {
    this.#planned.length = 0
  }

  /** What happens to the next call of an operation. */
  next(operation: StoreOperation): CallFate {
    // Drawn for every call, so that a fault more or less in the list does not change the ones after it.
    let fails = this.#random?.(operation) ?? null
    let [delayBefore, delayAfter] = [0, 0]
    for (const fault of this.#planned) {
      if (fault.operation !== null && fault.operation !== operation) continue
      if (fault.wait > 1) {
        fault.wait -= 1
        continue
      }
      if (fault.times === 0) continue
      fault.times -= 1
      if (fault.delayMs === null) fails = fault.when
      else if (fault.when === 'before') delayBefore += fault.delayMs
      else delayAfter += fault.delayMs
    }
    return { fails, delayBefore, delayAfter }
  }
}

function randomFaults(options: RandomFaults, field: string): (operation: StoreOperation) => FaultMoment | null {
  const fields = checkFields(options, field, RANDOM_KEYS)
  const random = seededRandom(checkInteger(fields['seed'], `${field}.seed`, 0, 2 ** 32 - 1))
  const before = checkNumber(fields['before'] ?? 0, `${field}.before`, 0, 1)
  const after = checkNumber(fields['after'] ?? 0, `${field}.after`, 0, 1 - before)
  const { operations = STORE_OPERATIONS.filter((name) => name !== 'close') } = fields
  const named = checkTexts(operations, `${field}.operations`)
  const wanted = new Set(
    named.map((name, index) => checkOneOf(name, `${field}.operations[${index}]`, STORE_OPERATIONS)),
  )
  return (operation) => {
    const drawn = random()
    if (!wanted.has(operation) || drawn >= before + after) return null
    return drawn < before ? 'before' : 'after'
  }
}
