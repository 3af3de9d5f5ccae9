/** A trigger that throws when it is asked for its next fire time: its job is kept, and the others go on. */

import { describe, expect, it } from 'vitest'
import { Scheduler } from '../../../src/scheduler/scheduler.ts'
import { ManualClock } from '../../../src/testing/manual-clock.ts'
import { interval, Trigger } from '../../../src/triggers/index.ts'

/** Knows its first fire time and then throws, as a search that comes to no end does. */
class BrokenTrigger extends Trigger {
  readonly type = 'date'
  readonly floating = false
  readonly #at: number

  constructor(at: number) {
    super()
    this.#at = at
  }

  nextAt(afterMs: number): number {
    if (afterMs < this.#at) return this.#at
    throw new Error('no end in sight')
  }

  bind(): this {
    return this
  }

  anchoredAt(): this {
    return this
  }

  toBody(): ReturnType<Trigger['toBody']> {
    return { type: 'date', at: new Date(this.#at).toISOString() } as ReturnType<Trigger['toBody']>
  }

  toString(): string {
    return 'broken'
  }
}

describe('a trigger that throws after its first fire', () => {
  it('runs what was due, keeps its job without a next run time, and stops no other job', async () => {
    const clock = new ManualClock()
    await using scheduler = new Scheduler({ clock })
    const calls: string[] = []
    await scheduler.addJob(() => calls.push('broken'), new BrokenTrigger(clock.now() + 1_000), { id: 'broken' })
    await scheduler.addJob(() => calls.push('healthy'), interval('1s'), { id: 'healthy' })
    await scheduler.start()
    await clock.advance(3_000)
    expect(calls.filter((call) => call === 'healthy')).toHaveLength(3)
    expect(calls.filter((call) => call === 'broken')).toHaveLength(1)
    expect(await scheduler.getJob('broken')).toMatchObject({ nextRunTime: null, paused: false })
  })
})
