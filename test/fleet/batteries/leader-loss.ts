/** Jobs that fire all the time in several processes, on a cluster whose leader is killed. */

import { setTimeout as sleep } from 'node:timers/promises'
import { Facts } from '../../checks/facts.ts'
import type { ClusterNode, OwnCluster } from '../../integration/stores/own-server.ts'
import { Fleet } from '../fleet.ts'
import { freshUrl } from '../fresh-url.ts'
import { type Summary, summaryOf } from '../summary.ts'
import { trueTime } from '../true-time.ts'
import { LONGEST_RUN_MS, startJobs } from './steady-load.ts'

export interface LeaderLossOptions {
  readonly cluster: OwnCluster
  readonly processes: number
  readonly jobs: number
  /** In all; the leader is killed after a fifth of it, and started again after half. */
  readonly seconds: number
}

export interface LeaderLoss extends Summary {
  /** From the kill until another node led, ms. */
  readonly electionMs: number
  /** From then until the last of the runs that had become due before it was started, ms. */
  readonly recoveryMs: number
  /** The most that it may be: a lease and two polls. */
  readonly recoveryBoundMs: number
}

/** Long enough for an election: a run that is at work when the leader goes is then not started twice. */
const LEASE_MS = 10_000
const POLL_MS = 500
const LOOK_AGAIN_MS = 20

export async function leaderLoss({ cluster, processes, jobs, seconds }: LeaderLossOptions): Promise<LeaderLoss> {
  const times = { leaseMs: LEASE_MS, pollMs: POLL_MS, longestRunMs: LONGEST_RUN_MS }
  await using fleet = new Fleet({ url: freshUrl(cluster.url), processes, ...times })
  await fleet.start()
  await startJobs(fleet, jobs)
  await sleep(200 * seconds)
  const leader = await cluster.leader()
  if (leader === undefined) throw new Error('the cluster has no leader')
  const killedAt = trueTime()
  const endFault = fleet.faults.begin('outage', null)
  leader.server.kill()
  await anotherLeader(cluster, leader)
  const ledAt = trueTime()
  endFault()
  await sleep(300 * seconds)
  // All of it shares one machine, and a node that comes up takes much of it.
  const endSlowness = fleet.faults.begin('slow', null)
  await leader.server.start()
  endSlowness()
  await sleep(500 * seconds)
  await fleet.catchUp(60_000)
  const course = await fleet.course()
  await fleet.shutDown(1_000)
  const { attempts, timeline } = new Facts(course.history)
  const overdue = attempts.filter(({ dueAt, attempt }) => attempt === 1 && timeline.firstAt(dueAt) <= ledAt)
  return {
    ...summaryOf(course),
    electionMs: ledAt - killedAt,
    recoveryMs: Math.max(0, ...overdue.map(({ start }) => start - ledAt)),
    recoveryBoundMs: LEASE_MS + 2 * POLL_MS,
  }
}

async function anotherLeader(cluster: OwnCluster, former: ClusterNode): Promise<void> {
  for (;;) {
    const leader = await cluster.leader()
    if (leader !== undefined && leader !== former) return
    await sleep(LOOK_AGAIN_MS)
  }
}
