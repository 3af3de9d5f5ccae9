/** What the jobs of a simulation do. How long, and whether they fail, follows from the seed, the run and its fence. */

import type { RunContext } from '../../../src/index.ts'
import type { Host } from './host.ts'
import type { Random } from './random.ts'
import type { Behaviour } from './scenario.ts'

/** What a handler needs to know of where it runs. */
export interface Surroundings {
  readonly host: Host
  readonly random: Random
  readonly leaseMs: number
  /** When handlers stop to block their process. */
  readonly quietFrom: number
}

/** The handler of every job; its input says how it behaves. */
export function simulatedHandler({ host, random: seed, leaseMs, quietFrom }: Surroundings) {
  return (input: { readonly behaviour: Behaviour }, run: RunContext): unknown => {
    const random = seed.stream(`${run.id} ${run.fence}`)
    const { id: runId, jobId, fence, attempt } = run
    const about = { runId, jobId, fence }
    host.note({ ev: 'start', ...about, dueAt: run.dueAt.getTime(), attempt })
    const isObedient = random.chance(0.6)
    const { behaviour } = input
    if (behaviour === 'poison') {
      host.crash(random.between(300, 1_500), host.now)
      return undefined
    }
    if (behaviour === 'blocks' && host.now < quietFrom) {
      host.block(random.between(0.3, 2.5) * leaseMs)
      host.note({ ev: 'end', ...about, outcome: 'returned' })
      return 'blocked'
    }
    return new Promise((resolve, reject) => {
      let isOver = false
      const end = (outcome: 'returned' | 'threw'): void => {
        if (isOver) return
        isOver = true
        host.note({ ev: 'end', ...about, outcome })
        if (outcome === 'returned') resolve(behaviour)
        else reject(new Error('as planned'))
      }
      run.signal.addEventListener('abort', () => {
        if (isOver) return
        host.note({ ev: 'stop', ...about, cause: codeOf(run.signal.reason) })
        if (isObedient) host.after(random.between(1, 50), () => end('threw'))
      })
      const longest = behaviour === 'slow' ? 2.2 * leaseMs : 250
      const fails = behaviour === 'throws' && random.chance(0.5)
      host.after(random.between(1, longest), () => end(fails ? 'threw' : 'returned'))
    })
  }
}

function codeOf(reason: unknown): string {
  return reason instanceof Error && 'code' in reason ? String(reason.code) : String(reason)
}
