import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Change } from '../../../../src/jobs/record.ts'
import { commitOne, insert, NOW, runRecord } from '../../../../src/testing/conformance/records.ts'
import { newPath, ZooKeeperBench } from './bench.ts'

const TIMEOUT_MS = 1_500
/** The shortest session that the test server gives. */
const SESSION_MS = 1_000

describe('the ZooKeeper store on a bad line', () => {
  let bench: ZooKeeperBench
  beforeEach(() => {
    bench = new ZooKeeperBench()
  })
  afterEach(() => bench.close())

  /** A store on a line that can be broken, and another on the same data with a good one. */
  const pair = async () => {
    const basePath = newPath()
    const line = await bench.line()
    const settings = { basePath, timeout: TIMEOUT_MS, sessionTimeout: SESSION_MS }
    const far = await bench.open({ url: `zookeeper://${line.address}`, ...settings })
    const near = await bench.open({ url: process.env['CRONWRIGHT_TEST_ZOOKEEPER_URL'] ?? '', basePath })
    return { line, far, near }
  }
  const claim = (id: string, expected = 1): Change => ({
    expect: expected,
    key: { kind: 'run', id },
    patch: { state: 'running', due: NOW + 60_000 },
  })
  const failure = async (call: Promise<unknown>) => {
    const since = performance.now()
    await expect(call).rejects.toMatchObject({ code: 'STORE_ERROR' })
    return performance.now() - since
  }

  it('fails within its deadline while no server can be reached, and goes on when one can', async () => {
    const { line, far } = await pair()
    await insert(far, runRecord('a'))
    line.refuse()
    await sleep(50)
    expect(await failure(far.due({ lane: 'run', before: NOW, limit: 1 }))).toBeLessThan(TIMEOUT_MS * 2)
    expect(await failure(commitOne(far, claim('a')))).toBeLessThan(TIMEOUT_MS * 2)
    line.restore()
    await expect
      .poll(() => commitOne(far, claim('a')).catch(() => undefined), { timeout: 5_000 })
      .toMatchObject({
        applied: true,
      })
  })

  it('gives a server up that is silent, and comes back', async () => {
    const { line, far, near } = await pair()
    await insert(far, runRecord('a'))
    line.silence()
    expect(await failure(far.count({ kind: 'run' }))).toBeLessThan(TIMEOUT_MS * 2)
    await insert(near, runRecord('b'))
    line.restore()
    await expect.poll(() => far.count({ kind: 'run' }).catch(() => 0), { timeout: 5_000 }).toBe(2)
  })

  it('works in a new session when the server ended the old one, and has what others changed meanwhile', async () => {
    const { line, far, near } = await pair()
    await insert(far, runRecord('a'), runRecord('b'))
    line.refuse()
    await sleep(SESSION_MS * 2.5)
    expect(await commitOne(near, claim('a'))).toMatchObject({ applied: true })
    line.restore()
    const due = () => far.due({ lane: 'run', before: NOW, limit: 9 }).catch(() => [])
    await expect.poll(async () => (await due()).map(({ id }) => id), { timeout: 5_000 }).toEqual(['b'])
    expect(await commitOne(far, claim('a'))).toMatchObject({ applied: false })
    expect(await commitOne(far, claim('b'))).toMatchObject({ applied: true })
  })

  it('sees what comes at once with the answer that nothing had come', async () => {
    const { line, far, near } = await pair()
    await insert(near, runRecord('first'))
    expect(await far.count({ kind: 'run' })).toBe(1)
    line.gatherReplies(20)
    // At every moment of a reading, which takes some round trips, and of the waiting for more.
    for (let count = 1; count <= 50; count += 1) {
      await insert(near, runRecord(`run-${count}`))
      await sleep(30 + ((count * 7) % 100))
    }
    await expect.poll(() => far.count({ kind: 'run' }), { timeout: 3_000 }).toBe(51)
  }, 30_000)

  it('gives nothing as due that was claimed while its contents were read', async () => {
    const { line, far, near } = await pair()
    await insert(near, runRecord('run', { spec: { input: 'long'.repeat(10_000) } }))
    const due = () => far.due({ lane: 'run', before: NOW, limit: 9 })
    expect(await due()).toHaveLength(1)
    line.delayRequests(200)
    const asked = due()
    // The answer that nothing has changed is there; the contents are on their way.
    await sleep(300)
    expect(await commitOne(near, claim('run'))).toMatchObject({ applied: true })
    expect(await asked).toEqual([])
  })

  it('sees within seconds what no watch tells of', async () => {
    const { line, far, near } = await pair()
    await insert(near, runRecord('a'))
    expect(await far.count({ kind: 'run' })).toBe(1)
    await sleep(50)
    line.loseNotifications()
    await insert(near, runRecord('b'))
    // All is watched, as far as it knows.
    expect(await far.count({ kind: 'run' })).toBe(1)
    await expect.poll(() => far.count({ kind: 'run' }), { timeout: 12_000 }).toBe(2)
  }, 20_000)

  it.each(['in the same session', 'in a new session'])(
    'is told by watches again after the connection broke, %s',
    async (session) => {
      const { line, far, near } = await pair()
      await insert(far, runRecord('a'))
      await insert(near, runRecord('b'))
      expect(await far.count({ kind: 'run' })).toBe(2)
      if (session === 'in the same session') {
        line.cut()
      } else {
        line.silence()
        await failure(far.count({ kind: 'run' }))
        line.restore()
      }
      await expect.poll(() => far.count({ kind: 'run' }).catch(() => 0), { timeout: 5_000 }).toBe(2)
      await sleep(100)
      const before = bench.wakeups
      await insert(near, runRecord('c'))
      await expect.poll(() => bench.wakeups, { timeout: 2_000 }).toBeGreaterThan(before)
    },
  )

  it('finds out what became of a commit of which the reply was lost', async () => {
    const { line, far, near } = await pair()
    await insert(far, runRecord('a'), runRecord('b'), runRecord('new'))
    // Its bucket is there from now on, so that the commit below is one request.
    await commitOne(far, { expect: 1, key: { kind: 'run', id: 'new' }, patch: null })
    line.loseReplies()
    const lost = far.commit([claim('a'), { expect: 0, record: runRecord('new') }])
    await expect.poll(() => near.count({ kind: 'run', states: ['running'] }), { timeout: 5_000 }).toBe(1)
    line.restore()
    line.cut()
    await failure(lost)
    const states = async () =>
      (await far.list({ kind: 'run', limit: 9 })).map(({ id, state }) => `${id} ${state}`).sort()
    const expected = ['a running', 'b pending', 'new pending']
    await expect.poll(() => states().catch(() => []), { timeout: 5_000 }).toEqual(expected)
    expect((await far.due({ lane: 'run', before: NOW, limit: 9 })).map(({ id }) => id).sort()).toEqual(['b', 'new'])
    expect(await commitOne(far, claim('a', 2))).toMatchObject({ applied: true })
  })

  it('agrees with the server after its connection broke at any moment', async () => {
    const { line, far, near } = await pair()
    const ids = Array.from({ length: 40 }, (_, index) => `run-${index}`)
    await insert(far, ...ids.map((id) => runRecord(id)))
    for (const [index, id] of ids.entries()) {
      const commit = commitOne(far, claim(id)).catch(() => undefined)
      // Some are not sent yet, some are under way, some done.
      await sleep(index % 4)
      line.cut()
      await commit
    }
    const keys = ids.map((id) => ({ kind: 'run', id }) as const)
    const running = async (store: typeof far) =>
      (await store.list({ kind: 'run', states: ['running'], limit: 100 })).map(({ id }) => id).sort()
    const seenNear = await running(near)
    await expect.poll(() => running(far).catch(() => []), { timeout: 5_000 }).toEqual(seenNear)
    expect(await far.get(keys)).toEqual(await near.get(keys))
  })

  it('survives a reply that the driver cannot read', async () => {
    const { line, far } = await pair()
    await insert(far, runRecord('a'))
    line.makeStrange()
    await failure(far.get([{ kind: 'run', id: 'a' }]))
    line.restore()
    await expect.poll(() => far.count({ kind: 'run' }).catch(() => 0), { timeout: 5_000 }).toBe(1)
  })

  it('shuts down in time though the server is silent', async () => {
    const { line, far } = await pair()
    line.silence()
    const since = performance.now()
    await far.shutdown()
    expect(performance.now() - since).toBeLessThan(TIMEOUT_MS + 2_500)
    line.restore()
  })

  it('shuts down in time though no server can be reached', async () => {
    const { line, far } = await pair()
    line.refuse()
    const since = performance.now()
    await far.shutdown()
    expect(performance.now() - since).toBeLessThan(TIMEOUT_MS + 2_500)
  })

  it('cannot be started where no server is, and says so in time', async () => {
    const line = await bench.line()
    line.refuse()
    const since = performance.now()
    const start = bench.open({ url: `zookeeper://${line.address}`, basePath: newPath(), timeout: TIMEOUT_MS })
    await expect(start).rejects.toMatchObject({
      code: 'STORE_ERROR',
      message: expect.stringContaining('no server can be reached'),
      details: { operation: 'open', store: 'tested' },
    })
    expect(performance.now() - since).toBeLessThan(TIMEOUT_MS * 4)
  })
})
