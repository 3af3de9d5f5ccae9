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

  it('is asked again after 1, 2, 4 and 8 s, then every 10, and after the monotonic clock may have stood still', async () => {
    const clock = new ManualClock()
    const time = new StoreClock(clock)
    const server = serverAhead(clock)
    await time.ask(server)
    for (const seconds of [1, 2, 4, 8, 10, 10]) {
      await clock.advance(seconds * 1_000 - 1)
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

  it('is never ahead of a server that drifts by up to 1 %, and soon behind it by no more than replies take', async () => {
    const drift = fc.double({ min: -0.0099, max: 0.0099, noNaN: true })
    const delays = fc.array(fc.double({ min: 0, max: 4, noNaN: true }), { minLength: 24, maxLength: 24 })
    await fc.assert(
      fc.asyncProperty(drift, delays, async (by, replies) => {
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
                const shown = Math.floor(server())
                mono += reply / 2
                return shown
              },
            })
          }
          for (let ms = 0; ms < 2_500; ms += 10) {
            mono += 10
            const behind = server() - time.now()
            if (behind < 0 || time.latest() < server()) return false
            if (index > 8) largest = Math.max(largest, behind)
          }
        }
        return largest < 30
      }),
    )
  })
})
