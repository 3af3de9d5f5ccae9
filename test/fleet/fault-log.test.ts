/** What a fault excuses ends with it: one that lasted too long in the log would hide what is wrong later. */

import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { FaultLog } from './fault-log.ts'

it('a fault ends once, whoever says again that it is over', async () => {
  const faults = new FaultLog()
  const end = faults.begin('crash', 'p1')
  await sleep(2)
  end()
  const [before] = faults.upTo(Number.POSITIVE_INFINITY)
  await sleep(5)
  end()
  expect(faults.upTo(Number.POSITIVE_INFINITY)).toEqual([before])
})

it('a fault that is not over lasts until the end', () => {
  const faults = new FaultLog()
  faults.begin('outage', null)
  const [fault] = faults.upTo(1e12)
  expect(fault).toMatchObject({ kind: 'outage', process: null, to: 1e12 })
})
