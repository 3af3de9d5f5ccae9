import { describe, expect, it } from 'vitest'
import { NO_COUNTS } from '../../../src/jobs/counters.ts'
import type { RunRecord } from '../../../src/jobs/record.ts'
import { RunTally } from '../../../src/scheduler/workers/run-tally.ts'
import { runRecord } from '../../../src/testing/conformance/records.ts'

function run(queue: string, changes: Partial<RunRecord> = {}): RunRecord {
  return { ...runRecord('run'), queue, ...changes }
}

describe('the counters of runs', () => {
  it('count each event of each queue', () => {
    const tally = new RunTally()
    for (const queue of ['one', 'two', 'one']) tally.count('run:submitted', run(queue), undefined)
    tally.count('run:completed', run('one'), { state: 'completed' })
    tally.count('run:retrying', run('one'), { state: 'pending' })
    expect(Object.fromEntries(tally.read())).toEqual({
      one: { ...NO_COUNTS, submitted: 2, completed: 1, retried: 1 },
      two: { ...NO_COUNTS, submitted: 1 },
    })
  })

  it('count a run that used up its attempts as failed and as dead', () => {
    const tally = new RunTally()
    tally.count('run:failed', run('one'), { state: 'failed' })
    tally.count('run:failed', run('one'), { state: 'dead' })
    tally.count('run:failed', run('one', { state: 'dead' }), undefined)
    expect(tally.read().get('one')).toEqual({ ...NO_COUNTS, failed: 3, dead: 2 })
  })

  it('count every due time that a skipped run stands for', () => {
    const tally = new RunTally()
    const skipped = run('one')
    tally.count('run:skipped', { ...skipped, status: { ...skipped.status, count: 40 } }, undefined)
    expect(tally.read().get('one')?.skipped).toBe(40)
  })

  it('do not count a run that is handed back as submitted again', () => {
    const tally = new RunTally()
    expect(tally.count('run:submitted', run('one'), { state: 'pending' })).toBe(false)
    expect(tally.read().size).toBe(0)
  })

  it('say once that there is something to tell, until it is taken', () => {
    const tally = new RunTally()
    const count = (): boolean => tally.count('run:started', run('one'), undefined)
    expect([count(), count()]).toEqual([true, false])
    tally.read()
    expect(count()).toBe(false)
    tally.take()
    expect([count(), count()]).toEqual([true, false])
  })

  it('lose nothing that was counted while others were told', () => {
    const tally = new RunTally()
    tally.count('run:started', run('one'), undefined)
    const told = tally.take()
    tally.count('run:started', run('one'), undefined)
    tally.takeOff(told)
    expect(tally.read().get('one')?.started).toBe(1)
    tally.takeOff(tally.read())
    tally.count('run:started', run('one'), undefined)
    expect(tally.read().get('one')?.started).toBe(1)
  })
})
