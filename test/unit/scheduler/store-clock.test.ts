import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { StoreClock } from '../../../src/scheduler/slots/store-clock.ts'
import { ManualClock } from '../../../src/testing.ts'

const HOUR = 3_600_000

/** A server whose clock is an hour ahead of this process's, and goes on with true time. */
function serverAhead(clock: ManualClock): { serverTime(): Promise<number> } {
  const startedAt = clock.monotonic()
  const epoch = clock.now() + HOUR
  return { serverTime: async () => epoch + clock.monotonic() - startedAt }
}

describe('the clock of a store', () => {
  it("is this process's own where the server has none", async () => {
    const clock = new ManualClock()
    const time = new StoreClock(clock)
    await time.ask({ serverTime: async () => undefined })
    clock.step(5_000)
    expect(time.now()).toBe(clock.now())
    expect(time.isOld).toBe(false)
  })

  it("UX-20 is the server's, whatever the clock of this machine shows or is set to", async () => {
    const clock = new ManualClock()
    const time = new StoreClock(clock)
    const server = serverAhead(clock)
    const before = clock.now()
    await time.ask(server)
    await clock.advance(1_000)
    await time.ask(server)
    clock.step(-24 * HOUR)
    await clock.advance(1_000)
    expect(time.now()).toBeGreaterThanOrEqual(before + HOUR + 1_995)
    expect(time.now()).toBeLessThanOrEqual(before + HOUR + 2_000)
  })

  it('is asked again after 100 ms, twice as long and so on to 10 s, and after the monotonic clock may have stood still', async () => {
    const clock = new ManualClock()
    const time = new StoreClock(clock)
    const server = serverAhead(clock)
    await time.ask(server)
    for (const ms of [100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]) {
      await clock.advance(ms - 1)
      expect(time.isOld).toBe(false)
      await clock.advance(1)
      expect(time.isOld).toBe(true)
      await time.ask(server)
      expect(time.isOld).toBe(false)
    }
    time.doubt()
    expect(time.isOld).toBe(true)
    expect(time.now()).toBe(await server.serverTime())
  })

  it('is asked once more after a reply that took unusually long, but not where all of them do', async () => {
    const clock = new ManualClock()
    const time = new StoreClock(clock)
    const server = serverAhead(clock)
    const slowly = (ms: number) => ({
      serverTime: async () => {
        const shown = await server.serverTime()
        await clock.advance(ms)
        return shown
      },
    })
    await time.ask(server)
    await time.ask(slowly(3_000))
    expect(time.now()).toBe((await server.serverTime()) - 3_000)
    expect(time.latest()).toBeGreaterThan(await server.serverTime())
    expect(time.isOld).toBe(true)
    await time.ask(server)
    expect(time.now()).toBe(await server.serverTime())
    expect(time.isOld).toBe(false)
    await time.ask(slowly(400))
    expect(time.isOld).toBe(true)
    await time.ask(slowly(500))
    expect(time.isOld).toBe(false)
  })

  it('begins anew where the server was set: what it did not do evenly says nothing of its rate', async () => {
    const clock = new ManualClock()
    const time = new StoreClock(clock)
    const server = serverAhead(clock)
    await time.ask(server)
    await clock.advance(10_000)
    await time.ask({ serverTime: async () => (await server.serverTime()) + HOUR })
    await clock.advance(1_000)
    expect(time.isOld).toBe(true)
    expect(time.now()).toBe((await server.serverTime()) + HOUR - 10)
  })

  const moves = [1, 2, 3, 10, 50].flatMap((by) => [1, 2, 3, 4, 6, 9].map((before) => ({ by, before })))
  it.each(moves)('is not ahead of a server that was moved on by $by ms before answer $before', async (move) => {
    const clock = new ManualClock()
    const time = new StoreClock(clock)
    const even = serverAhead(clock)
    let moveMs = 0
    const server = { serverTime: async () => (await even.serverTime()) + moveMs }
    await time.ask(server)
    for (let answer = 1; answer <= 14; answer += 1) {
      if (answer === move.before) moveMs = move.by
      while (!time.isOld) {
        await clock.advance(100)
        expect(time.now()).toBeLessThanOrEqual(await server.serverTime())
      }
      await time.ask(server)
    }
  })

  const drift = fc.double({ min: -0.0099, max: 0.0099, noNaN: true })
  const tellsMicroseconds = fc.boolean()
  /** The longest that it is behind a server, and null if it is ever ahead. @param replies - what they take, ms */
  const longestBehind = async (
    by: number,
    isFine: boolean,
    replies: readonly number[],
    { from, everyMs }: { readonly from: number; readonly everyMs: number },
  ): Promise<number | null> => {
    let mono = 1_000
    const clock = Object.assign(new ManualClock(), { monotonic: () => mono })
    const server = (): number => HOUR + mono * (1 + by)
    const time = new StoreClock(clock)
    let largest = 0
    for (const [index, reply] of replies.entries()) {
      if (index === 0 || time.isOld) {
        await time.ask({
          serverTime: async () => {
            mono += reply / 2
            const shown = isFine ? Math.floor(server() * 1_000) / 1_000 : Math.floor(server())
            mono += reply / 2
            return shown
          },
        })
      }
      for (let ms = 0; ms < everyMs; ms += 10) {
        mono += 10
        const behind = server() - time.now()
        if (behind < 0 || time.latest() < server()) return null
        if (index >= from) largest = Math.max(largest, behind)
      }
    }
    return largest
  }

  it('is never ahead of a server that drifts by up to 1 %, and soon behind it by no more than replies take', async () => {
    const delays = fc.array(fc.double({ min: 0, max: 4, noNaN: true }), { minLength: 24, maxLength: 24 })
    await fc.assert(
      fc.asyncProperty(drift, tellsMicroseconds, delays, async (by, isFine, replies) => {
        const behind = await longestBehind(by, isFine, replies, { from: 9, everyMs: 2_500 })
        return behind !== null && behind < 30
      }),
    )
  })

  it('is close behind it from the first answers on, as a process needs that has just started', async () => {
    const delays = fc.array(fc.double({ min: 0.2, max: 0.4, noNaN: true }), { minLength: 400, maxLength: 400 })
    const slow = fc.double({ min: -0.0002, max: 0.0002, noNaN: true })
    await fc.assert(
      fc.asyncProperty(slow, delays, async (by, replies) => {
        const fine = await longestBehind(by, true, replies, { from: 0, everyMs: 50 })
        const coarse = await longestBehind(by, false, replies, { from: 0, everyMs: 50 })
        return fine !== null && fine < 8 && coarse !== null && coarse < 14
      }),
    )
  })
})
