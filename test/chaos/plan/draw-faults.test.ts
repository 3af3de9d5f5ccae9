/** Faults follow from their seed, and all kinds of them come. */

import { expect, it } from 'vitest'
import { Random } from '../../workload/random.ts'
import { drawFaults, type PlanOptions } from './draw-faults.ts'

const OPTIONS: PlanOptions = {
  processes: ['p1', 'p2', 'p3', 'p4'],
  leaseMs: 2_000,
  from: 3_000,
  until: 60_000,
  hasNetwork: true,
  hasServer: true,
  tricks: [{ name: 'terminate-backends', ms: 0 }],
}

it('the same seed draws the same faults, another one others', () => {
  expect(drawFaults(new Random('1'), OPTIONS)).toEqual(drawFaults(new Random('1'), OPTIONS))
  expect(drawFaults(new Random('2'), OPTIONS)).not.toEqual(drawFaults(new Random('1'), OPTIONS))
})

it('ten seeds hold every kind of fault, within the time that is given', () => {
  const faults = Array.from({ length: 10 }, (_, seed) => drawFaults(new Random(`${seed}`), OPTIONS)).flat()
  const kinds = new Set(faults.map((fault) => (fault.kind === 'network' ? fault.weather.kind : fault.kind)))
  const processKinds = ['kill', 'freeze', 'shutdown', 'delay', 'throttle', 'split', 'blackhole', 'reset', 'refuse']
  expect([...kinds].sort()).toEqual([...processKinds, 'cut-reply', 'server-kill', 'server-freeze', 'trick'].sort())
  expect(faults.every(({ at }) => at >= OPTIONS.from && at < OPTIONS.until)).toBe(true)
})
