/** The verdict finds what is wrong: engines with a known fault, killed at every call, are found out. */

import { expect, it } from 'vitest'
import { HOUR } from '../../unit/scheduler/support.ts'
import { type Interceptor, memoryDatabase, type StoreCall } from '../reliability/connections.ts'
import { crash } from './crash.ts'
import { violations } from './verdict.ts'

/** A fault of an engine, as what becomes of its calls. */
type Fault = readonly [fault: string, interceptor: Interceptor, found: RegExp]

const applied = (changes: StoreCall['changes']): unknown => changes.map(() => ({ applied: true, existing: [] }))

const setsState = ({ changes }: StoreCall, ...states: readonly string[]): boolean =>
  changes.some((change) => 'key' in change && states.includes(change.patch?.state ?? ''))

const FAULTS: readonly Fault[] = [
  [
    'moves the due time of a job in one call, and adds the run in a second',
    async ({ operation, changes, proceed }) => {
      const inserts = changes.flatMap((change) => change.inserts ?? [])
      if (operation !== 'commit' || inserts.length === 0) return proceed()
      const answer = await proceed(changes.map((change) => ({ ...change, inserts: [] })))
      await proceed(inserts.map((record) => ({ expect: 0, record })))
      return answer
    },
    /tick@\d+ has no run/,
  ],
  [
    'takes leases that hardly end',
    async (call) => {
      if (!setsState(call, 'running')) return call.proceed()
      return call.proceed(
        call.changes.map((change) => {
          if (!('key' in change) || change.patch?.due == null) return change
          return { ...change, patch: { ...change.patch, due: change.patch.due + HOUR } }
        }),
      )
    },
    /not over: running/,
  ],
  [
    'tells of an end that it did not write',
    async (call) => (setsState(call, 'completed', 'cancelled') ? applied(call.changes) : call.proceed()),
    /ended 2 times|after a cancel/,
  ],
  [
    'forgets what was enqueued',
    async (call) =>
      call.changes.some((change) => 'record' in change && change.record.id === 'flaky')
        ? applied(call.changes)
        : call.proceed(),
    /lost, although it was enqueued/,
  ],
]

it.each(FAULTS)('an engine that %s is found out', { timeout: 60_000 }, async (_fault, interceptor, found) => {
  const { calls } = await crash(memoryDatabase(), undefined, interceptor)
  const wrong: string[] = []
  for (let call = 1; call <= calls.length && !wrong.some((words) => found.test(words)); call += 1) {
    for (const moment of ['before', 'after'] as const) {
      const { evidence } = await crash(memoryDatabase(), { call, moment }, interceptor)
      wrong.push(...violations(evidence))
    }
  }
  expect(wrong.filter((words) => found.test(words))).not.toEqual([])
})
