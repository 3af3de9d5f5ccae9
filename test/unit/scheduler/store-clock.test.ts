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
    const before = clock.now()
    await time.ask(serverAhead(clock))
    clock.step(-24 * HOUR)
    await clock.advance(1_000)
    expect(time.now()).toBe(before + HOUR + 1_000)
  })

  it('is asked again after a minute, and after the monotonic clock may have stood still', async () => {
    const clock = new ManualClock()
    const time = new StoreClock(clock)
    const server = serverAhead(clock)
    await time.ask(server)
    expect(time.isOld).toBe(false)
    await clock.advance(60_000)
    expect(time.isOld).toBe(true)
    await time.ask(server)
    expect(time.isOld).toBe(false)
    time.doubt()
    expect(time.isOld).toBe(true)
    expect(time.now()).toBe(await server.serverTime())
  })
})
