/**
 * A process that dies at a chosen call of its store, as by kill -9: from then on no call is answered, no timer fires and
 * no handler goes on. Before the call took effect, or after it: then the reply is what never came. Or it lives on, and
 * only that call fails.
 */

import type { TimerHandle } from '../../../src/core/clock.ts'
import type { RecordPatch } from '../../../src/jobs/record.ts'
import { ManualClock } from '../../../src/testing/manual-clock.ts'
import { type Interceptor, never, type StoreCall } from '../reliability/connections.ts'

/** What befalls a process: at which call of its store, and on which side of its effect. */
export interface Mishap {
  /** 1 is the first call; a text stands for the first call whose name has it. */
  readonly call: number | string
  readonly moment: 'before' | 'after'
  /** The process dies, or it only gets an error instead of the answer. @default 'death' */
  readonly kind?: 'death' | 'error'
}

export class Mortal {
  /** What it asked of its store, in order. */
  readonly calls: string[] = []
  isDead = false
  readonly died: Promise<void>
  #onDeath: () => void = () => undefined
  readonly #kill: () => void
  #mishap: Mishap | undefined

  /** @param kill - what dying is, besides */
  constructor(mishap?: Mishap, kill: () => void = () => undefined) {
    this.#mishap = mishap
    this.#kill = kill
    this.died = new Promise((resolve) => {
      this.#onDeath = resolve
    })
  }

  die(): void {
    this.#kill()
    this.isDead = true
    this.#onDeath()
  }

  readonly interceptor: Interceptor = async (call) => {
    if (this.isDead) return never()
    const name = nameOf(call)
    this.calls.push(name)
    const mishap = this.#mishapAt(name)
    if (mishap?.moment === 'before') this.#befall(mishap)
    if (this.isDead) return never()
    const answer = call.proceed()
    await answer.catch(() => undefined)
    if (mishap?.moment === 'after') this.#befall(mishap)
    return this.isDead ? never() : answer
  }

  #mishapAt(name: string): Mishap | undefined {
    const mishap = this.#mishap
    if (mishap === undefined) return undefined
    const isNow = typeof mishap.call === 'string' ? name.includes(mishap.call) : mishap.call === this.calls.length
    if (!isNow) return undefined
    this.#mishap = undefined
    return mishap
  }

  #befall({ kind, moment }: Mishap): void {
    if (kind === 'error') throw new Error(`the call failed ${moment} it took effect`)
    this.die()
  }
}

/** The clock of a process: it stands still for ever when the process is dead. */
export class MortalClock extends ManualClock {
  readonly #mortal: Mortal
  /** When the process died, epoch ms. */
  diedAt: number | undefined

  constructor(start: number, mortal: Mortal) {
    super(start)
    this.#mortal = mortal
    void mortal.died.then(() => {
      this.diedAt = this.now()
    })
  }

  override setTimer(callback: () => void, delayMs: number): TimerHandle {
    return super.setTimer(() => {
      if (!this.#mortal.isDead) callback()
    }, delayMs)
  }
}

/** An operation, with what its changes are for: `commit claim`, `commit fire`. */
export function nameOf({ operation, changes }: StoreCall): string {
  const purposes = new Set(
    changes.map((change) => {
      if (!('key' in change)) return `add ${change.record.kind}`
      if (change.key.kind === 'job') return (change.inserts ?? []).length > 0 ? 'fire' : 'change job'
      return change.key.kind === 'run' ? purposeOf(change.patch as RecordPatch<'run'> | null) : change.key.kind
    }),
  )
  return [operation, ...purposes].join(' ')
}

function purposeOf(patch: RecordPatch<'run'> | null): string {
  if (patch === null) return 'remove'
  const { state, status } = patch
  if (state === undefined) return status === undefined ? 'renew' : 'progress'
  if (state === 'running') return (status?.crashes ?? 0) > 0 ? 'take over' : 'claim'
  if (state === 'pending') return status?.reason === 'handed-back' ? 'hand back' : 'retry'
  return state
}
