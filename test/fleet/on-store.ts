/**
 * Sixteen claimers of one process, and four processes by the real clock: every run is taken once. A short form of
 * `npm run fleet`.
 */

import { describe, expect, it, onTestFinished } from 'vitest'
import { storeFrom } from '../../src/stores/factory.ts'
import { claimAll } from '../../src/testing/conformance/claim-all.ts'
import { insert, NOW, runRecord } from '../../src/testing/conformance/records.ts'
import { hasServer, launchCluster } from '../integration/stores/own-server.ts'
import { leaderLoss } from './batteries/leader-loss.ts'
import { steadyLoad } from './batteries/steady-load.ts'
import { freshUrl } from './fresh-url.ts'

const CLAIMERS = 16
/** As many as a scheduler has places for. */
const CLAIMED_AT_ONCE = 100
const HOST = { workerId: 'claimer', now: Date.now, wakeup: () => undefined, reportError: () => undefined }
const PROCESSES = 4
const RUNS = 2_000
const FAULTLESS = { more: 0, skipped: 0, waiting: 0, lost: 0, early: 0, violations: [] }

/** @param url - of the store, without a query */
export function describeFleetOn(store: string, url: string): void {
  it(`${CLAIMERS} claimers on ${store} take ${RUNS} due runs, each once`, { timeout: 120_000 }, async () => {
    const part = freshUrl(url)
    const claimers = Array.from({ length: CLAIMERS }, () => storeFrom(part, 'url'))
    onTestFinished(() => Promise.all(claimers.map((claimer) => claimer.shutdown())).then(() => undefined))
    for (const claimer of claimers) await claimer.start(HOST, 'claimed')
    const [first] = claimers
    if (first !== undefined) await insert(first, ...Array.from({ length: RUNS }, (_, index) => runRecord(`${index}`)))
    const claimed = await Promise.all(claimers.map((claimer) => claimAll(claimer, NOW, CLAIMED_AT_ONCE)))
    expect(claimed.flat()).toHaveLength(RUNS)
    expect(new Set(claimed.flat()).size).toBe(RUNS)
    expect(await first?.count({ kind: 'run', states: ['running'] })).toBe(RUNS)
  })

  describe(`${PROCESSES} processes on ${store}`, () => {
    it(`ZJ-13 start each of ${RUNS} enqueued runs once, and then each fire time of 60 jobs`, {
      timeout: 240_000,
    }, async () => {
      const load = { processes: PROCESSES, runs: RUNS, jobs: 60, seconds: 5 }
      const summary = await steadyLoad({ url: freshUrl(url), ...load })
      expect(summary).toMatchObject(FAULTLESS)
      // The jobs have 17.6 fire times a second.
      expect(summary.once).toBeGreaterThan(RUNS + 60)
      expect([...summary.starts.values()].filter((starts) => starts > 0).length).toBeGreaterThan(1)
    })
  })
}

/** @param name - of a module of scripts/servers that launches a cluster; without its server only CI fails */
export async function describeLeaderLossOn(name: string): Promise<void> {
  describe.runIf(process.env['CI'] === 'true' || (await hasServer(name)))(`${PROCESSES} processes on ${name}`, () => {
    it('lose no fire time of 60 jobs and fire none twice when the leader of three nodes is killed, and soon go on', {
      timeout: 240_000,
    }, async () => {
      const cluster = await launchCluster(name)
      try {
        const loss = await leaderLoss({ cluster, processes: PROCESSES, jobs: 60, seconds: 15 })
        expect(loss).toMatchObject(FAULTLESS)
        expect(loss.once).toBeGreaterThan(10 * 60 * 0.29)
        expect(loss.recoveryMs).toBeLessThanOrEqual(loss.recoveryBoundMs)
      } finally {
        await cluster.remove()
      }
    })
  })
}
