/** How much of the past ZooKeeper is made to keep, and how large a record may be. */

import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { Scheduler } from '../../../../src/index.ts'
import { SHORT_HISTORY } from '../../../../src/stores/short-history.ts'
import { getRun, insert, runRecord } from '../../../../src/testing/conformance/records.ts'
import { ZooKeeperJobStore } from '../../../../src/zookeeper.ts'
import { newPath, url, ZooKeeperBench } from './bench.ts'

const RUNS = 1_000

describe('limits of the ZooKeeper store', () => {
  let bench: ZooKeeperBench
  beforeEach(() => {
    bench = new ZooKeeperBench()
  })
  afterEach(() => bench.close())

  it(`UX-18 ${RUNS} runs leave no more records than the newest ${SHORT_HISTORY.keep}`, {
    timeout: 120_000,
  }, async () => {
    const basePath = newPath()
    const scheduler = new Scheduler({ jobStores: { default: new ZooKeeperJobStore({ url, basePath }) } })
    onTestFinished(() => scheduler.shutdown({ timeout: 0 }))
    let completed = 0
    scheduler.on('run:completed', () => {
      completed += 1
    })
    const work = scheduler.register('work', () => undefined)
    await scheduler.start()
    await scheduler.enqueueMany(
      work,
      Array.from({ length: RUNS }, (_, index) => index),
    )
    await expect.poll(() => completed, { timeout: 100_000, interval: 50 }).toBe(RUNS)
    await scheduler.shutdown()
    const store = await bench.open({ url, basePath })
    expect(await store.count({ kind: 'run' })).toBeLessThanOrEqual(SHORT_HISTORY.keep * 1.1)
  })

  it('UX-19 keeps 2 MB, in parts, and refuses what is over 16 MB before anything is written', async () => {
    const basePath = newPath()
    const store = await bench.open({ url, basePath })
    const input = 'x'.repeat(2_000_000)
    await insert(store, runRecord('large', { spec: { input } }))
    expect((await getRun(store, 'large'))?.spec.input).toBe(input)
    const refused = store.commit([
      { expect: 0, record: runRecord('small') },
      { expect: 0, record: runRecord('too-large', { spec: { input: 'x'.repeat(16_000_001) } }) },
    ])
    await expect(refused).rejects.toMatchObject({
      name: 'PayloadTooLargeError',
      code: 'PAYLOAD_TOO_LARGE',
      message: expect.stringContaining('at most 16000000 bytes'),
      details: { field: 'run.spec', limit: 16_000_000 },
    })
    expect(await store.get([{ kind: 'run', id: 'small' }])).toEqual([undefined])
    expect(await (await bench.server()).children(`${basePath}/large`)).toHaveLength(1)
  })
})
