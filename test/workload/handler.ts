/** What the jobs of a workload do. How long, and whether they fail, follows from the seed, the run and its fence. */

import type { RunContext } from '../../src/index.ts'
import type { Behaviour } from './plan.ts'
import type { Random } from './random.ts'
import type { Note } from './scheduler-log.ts'

/** The process that a handler is called in. */
export interface Actor {
  /** Milliseconds of true time. */
  readonly now: number
  note(event: Note): void
  /** Lets something happen in this process later. */
  after(ms: number, happen: () => void): void
  /** Kills the process, at an instant of true time; the next one may start so much later. */
  crash(awayMs: number, at: number): void
  /** Keeps the thread for so long. */
  block(ms: number): void
}

/** What a handler needs to know of where it runs. */
export interface Surroundings {
  readonly actor: Actor
  readonly random: Random
  readonly leaseMs: number
  /** When handlers stop to block their process. */
  readonly quietFrom: number
}

/** The handler of every job; its input says how it behaves. */
export function workHandler({ actor, random: seed, leaseMs, quietFrom }: Surroundings) {
  return (input: { readonly behaviour: Behaviour }, run: RunContext): unknown => {
    const random = seed.stream(`${run.id} ${run.fence}`)
    const { id: runId, jobId, fence, attempt } = run
    const about = { runId, jobId, fence }
    actor.note({ ev: 'start', ...about, dueAt: run.dueAt.getTime(), attempt })
    const isObedient = random.chance(0.6)
    const { behaviour } = input
    if (behaviour === 'poison') {
      actor.crash(random.between(300, 1_500), actor.now)
      return undefined
    }
    if (behaviour === 'blocks' && actor.now < quietFrom) {
      actor.block(random.between(0.3, 2.5) * leaseMs)
      actor.note({ ev: 'end', ...about, outcome: 'returned' })
      return 'blocked'
    }
    return new Promise((resolve, reject) => {
      let isOver = false
      const end = (outcome: 'returned' | 'threw'): void => {
        if (isOver) return
        isOver = true
        actor.note({ ev: 'end', ...about, outcome })
        if (outcome === 'returned') resolve(behaviour)
        else reject(new Error('as planned'))
      }
      run.signal.addEventListener('abort', () => {
        if (isOver) return
        actor.note({ ev: 'stop', ...about, cause: codeOf(run.signal.reason) })
        if (isObedient) actor.after(random.between(1, 50), () => end('threw'))
      })
      const longest = behaviour === 'slow' ? 2.2 * leaseMs : 250
      const fails = behaviour === 'throws' && random.chance(0.5)
      actor.after(random.between(1, longest), () => end(fails ? 'threw' : 'returned'))
    })
  }
}

function codeOf(reason: unknown): string {
  return reason instanceof Error && 'code' in reason ? String(reason.code) : String(reason)
}
