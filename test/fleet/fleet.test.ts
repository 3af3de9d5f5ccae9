/** The harness itself: what becomes of a killed process is judged by what is known of the kill. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { violationsOf } from '../checks/index.ts'
import { longestRun } from '../workload/plan.ts'
import { Fleet } from './fleet.ts'
import { freshUrl } from './fresh-url.ts'

const LEASE_MS = 2_000

it('a process that is killed at work breaks no promise, and would if nobody knew of it', {
  timeout: 120_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cronwright-fleet-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const times = { leaseMs: LEASE_MS, pollMs: 200, longestRunMs: longestRun(LEASE_MS) }
  await using fleet = new Fleet({ url: freshUrl(`sqlite:${folder}`), processes: 2, ...times })
  await fleet.start()
  await fleet.enqueue(40, 'slow')
  const starterOf = (): string | undefined => fleet.events().find(({ ev }) => ev === 'start')?.process
  await expect.poll(starterOf, { timeout: 20_000 }).toBeDefined()
  const victim = fleet.members.find(({ name }) => name === starterOf())
  await victim?.kill()
  await victim?.start()
  await fleet.catchUp(60_000)
  const { history } = await fleet.course()
  await fleet.shutDown(1_000)

  expect(violationsOf(history)).toEqual([])
  expect(history.faults).toContainEqual(expect.objectContaining({ kind: 'crash', process: victim?.name }))
  const checks = violationsOf({ ...history, faults: [] }).map(({ check }) => check)
  expect(checks).toContain('C7')
})
