/** Plans follow from their seed, and have everything in them. */

import { expect, it } from 'vitest'
import { Random } from '../../workload/random.ts'
import { drawPlan, type PlanOptions } from './draw-plan.ts'

const OPTIONS: PlanOptions = {
  processes: ['p1', 'p2', 'p3', 'p4'],
  leaseMs: 2_000,
  from: 3_000,
  until: 60_000,
  jobs: ['edited-1', 'edited-2'],
  hasNetwork: true,
  hasServer: true,
  tricks: [{ name: 'terminate-backends', ms: 0 }],
}

it('the same seed draws the same plan, another one another', () => {
  expect(drawPlan(new Random('1'), OPTIONS)).toEqual(drawPlan(new Random('1'), OPTIONS))
  expect(drawPlan(new Random('2'), OPTIONS)).not.toEqual(drawPlan(new Random('1'), OPTIONS))
})

it('ten seeds hold every kind of fault, within the time that is given', () => {
  const faults = Array.from({ length: 10 }, (_, seed) => drawPlan(new Random(`${seed}`), OPTIONS).faults).flat()
  const kinds = new Set(faults.map((fault) => (fault.kind === 'network' ? fault.weather.kind : fault.kind)))
  const processKinds = ['kill', 'freeze', 'shutdown', 'delay', 'throttle', 'split', 'blackhole', 'reset', 'refuse']
  expect([...kinds].sort()).toEqual([...processKinds, 'cut-reply', 'server-kill', 'server-freeze', 'trick'].sort())
  expect(faults.every(({ at }) => at >= OPTIONS.from && at < OPTIONS.until)).toBe(true)
})

it('every job that is changed is there and not paused at the end', () => {
  for (let seed = 0; seed < 20; seed += 1) {
    const { edits } = drawPlan(new Random(`${seed}`), OPTIONS)
    for (const jobId of OPTIONS.jobs) {
      const last = edits.findLast((edit) => edit.jobId === jobId)
      expect(['remove', 'pause']).not.toContain(last?.op)
    }
  }
})
