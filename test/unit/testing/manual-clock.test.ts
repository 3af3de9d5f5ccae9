import { setTimeout as realSleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../../src/testing.ts'

const START = Date.UTC(2026, 0, 1)

describe('a manual clock', () => {
  it('FD-63 stands still until it is advanced, and then moves both clocks', async () => {
    const clock = new ManualClock(START)
    await clock.settle()
    expect([clock.now(), clock.monotonic()]).toEqual([START, 0])
    await clock.advance('1h30m')
    expect([clock.now(), clock.monotonic()]).toEqual([START + 5_400_000, 5_400_000])
  })

  it('fires timers in the order of their times, those of one time in the order in which they were set', async () => {
    const clock = new ManualClock(START)
    const fired: [string, number][] = []
    for (const [name, ms] of [
      ['c', 20],
      ['a', 10],
      ['b', 10],
      ['later', 31],
    ] as const) {
      clock.setTimer(() => fired.push([name, clock.monotonic()]), ms)
    }
    await clock.advance(30)
    expect(fired).toEqual([
      ['a', 10],
      ['b', 10],
      ['c', 20],
    ])
    expect(clock.pendingTimers).toBe(1)
  })

  it('fires a timer that another set on the way', async () => {
    const clock = new ManualClock(START)
    const fired: number[] = []
    clock.setTimer(() => {
      void Promise.resolve().then(() => clock.setTimer(() => fired.push(clock.monotonic()), 5))
    }, 10)
    await clock.advance(20)
    expect(fired).toEqual([15])
  })

  it('fires no timer that was taken back', async () => {
    const clock = new ManualClock(START)
    let isFired = false
    clock
      .setTimer(() => {
        isFired = true
      }, 10)
      .cancel()
    await clock.advance('1m')
    expect(isFired).toBe(false)
  })

  it('goes to the next timer, wherever that is, and says when there is none', async () => {
    const clock = new ManualClock(START)
    clock.setTimer(() => undefined, 86_400_000)
    expect(await clock.next()).toBe(true)
    expect(clock.now()).toBe(START + 86_400_000)
    expect(await clock.next()).toBe(false)
    expect(clock.now()).toBe(START + 86_400_000)
  })

  it('steps the wall clock alone', async () => {
    const clock = new ManualClock(START)
    clock.step(-3_600_000)
    expect([clock.now(), clock.monotonic()]).toEqual([START - 3_600_000, 0])
  })

  it.each([['-1s'], [-1], ['soon'], [Number.NaN], [Number.POSITIVE_INFINITY]])(
    'refuses to advance by %j',
    async (duration) => {
      await expect(new ManualClock().advance(duration)).rejects.toMatchObject({ details: { field: 'duration' } })
    },
  )
})

describe('what a manual clock waits for', () => {
  it('is work that it was told of, real input and output included', async () => {
    const clock = new ManualClock(START)
    const events: string[] = []
    clock.setTimer(() => {
      void clock.watch(async () => {
        await realSleep(40)
        events.push(`worked at ${clock.monotonic()}`)
      }, 60_000)
    }, 10)
    clock.setTimer(() => events.push('second timer'), 11)
    await clock.advance(20)
    expect(events).toEqual(['worked at 10', 'second timer'])
  })

  it('is work that other work began as it ended', async () => {
    const clock = new ManualClock(START)
    const events: string[] = []
    const work = (name: string): Promise<void> =>
      clock.watch(async () => {
        await realSleep(10)
        events.push(name)
      }, 60_000)
    void work('first').then(() => work('second'))
    await clock.settle()
    expect(events).toEqual(['first', 'second'])
  })

  it('is no work that sleeps by the clock, nor what waits for that work', async () => {
    const clock = new ManualClock(START)
    let wokeAt = 0
    const started = performance.now()
    void clock.watch(async () => {
      await clock.watch(() => clock.sleep('10s'), 60_000)
      wokeAt = clock.monotonic()
    }, 60_000)
    await clock.advance('1m')
    expect(wokeAt).toBe(10_000)
    expect(performance.now() - started).toBeLessThan(5_000)
  })

  it('is no work that took longer than the patience it was given', async () => {
    const clock = new ManualClock(START)
    void clock.watch(() => new Promise(() => undefined), 20)
    await clock.advance('1m')
    expect(clock.monotonic()).toBe(60_000)
  })

  it('is no longer work that failed', async () => {
    const clock = new ManualClock(START)
    const work = clock.watch(() => Promise.reject(new Error('no')), 60_000)
    await expect(work).rejects.toThrow('no')
    expect(() =>
      clock.watch(() => {
        throw new Error('at once')
      }, 60_000),
    ).toThrow('at once')
    await clock.settle()
  })

  it('gives back what the call gives', async () => {
    const clock = new ManualClock(START)
    expect(clock.watch(() => 5)).toBe(5)
    expect(await clock.watch(async () => 6)).toBe(6)
  })
})
