/** Four processes on one store, by the real clock: every run is started once. A short form of `npm run fleet`. */

import { describe, expect, it } from 'vitest'
import { hasServer, launchCluster } from '../integration/stores/own-server.ts'
import { leaderLoss } from './batteries/leader-loss.ts'
import { steadyLoad } from './batteries/steady-load.ts'
import { freshUrl } from './fresh-url.ts'

const PROCESSES = 4
const RUNS = 2_000
const FAULTLESS = { more: 0, skipped: 0, lost: 0, early: 0, violations: [] }

/** @param url - of the store, without a query */
export function describeFleetOn(store: string, url: string): void {
  describe(`${PROCESSES} processes on ${store}`, () => {
    it(`ZJ-13 start each of ${RUNS} enqueued runs once, and then each fire time of 60 jobs`, {
      timeout: 240_000,
    }, async () => {
      const load = { processes: PROCESSES, runs: RUNS, jobs: 60, seconds: 5 }
      const summary = await steadyLoad({ url: freshUrl(url), ...load })
      expect(summary).toMatchObject(FAULTLESS)
      // The jobs have 17.6 fire times a second.
      expect(summary.once).toBeGreaterThan(RUNS + 60)
      expect(Math.min(...summary.starts.values())).toBeGreaterThan(0)
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
