/**
 * Bugs that a scheduler on a shared store is known to have, put in from outside: each makes a store misbehave in the one
 * place. They show that the checks would find them, in the simulation and in real processes.
 */

import type { Change, RecordPatch } from '../../src/jobs/record.ts'
import { APPLIED } from '../../src/jobs/record.ts'
import type { RecordStore } from '../../src/stores/record-store.ts'

/** What bugs are put into. */
type Victim = Pick<RecordStore, 'get' | 'due' | 'nextDue' | 'commit'>

export interface SeededBug {
  /** Puts it into a store. */
  plant(store: Victim): void
  /** The checks that should find it. */
  readonly checks: readonly string[]
}

type KeyedChange = Extract<Change, { readonly key: unknown }>
type RunPatch = RecordPatch<'run'>

/** The change to a run that a change is; undefined for any other. */
function patchOfRun(change: Change): RunPatch | undefined {
  return 'key' in change && change.key.kind === 'run' && change.patch !== null ? (change.patch as RunPatch) : undefined
}

function isSettlement(change: Change): boolean {
  const patch = patchOfRun(change)
  return typeof patch?.status?.finishedAt === 'number' && patch.state !== undefined
}

function isClaim(change: Change): boolean {
  return patchOfRun(change)?.state === 'running'
}

function isRenewal(change: Change): boolean {
  const patch = patchOfRun(change)
  return patch !== undefined && patch.state === undefined && typeof patch.due === 'number'
}

/** Has changes expect whatever version is there. */
async function forced(
  store: Victim,
  changes: readonly Change[],
  isForced: (change: Change) => boolean,
): Promise<Change[]> {
  return Promise.all(
    changes.map(async (change) => {
      if (!('key' in change) || !isForced(change)) return change
      const [stored] = await store.get([change.key])
      return stored === undefined ? change : ({ ...change, expect: stored.version } satisfies KeyedChange)
    }),
  )
}

/** The end of a run is written whoever has it now. */
function settlesWithoutFence(store: Victim): void {
  const commit = store.commit.bind(store)
  store.commit = async (changes) => commit(await forced(store, changes, isSettlement))
}

/** A claim looks whether the run is free, and then writes without looking. */
function claimsByReadThenWrite(store: Victim): void {
  const commit = store.commit.bind(store)
  store.commit = async (changes) => {
    const claims = changes.filter((change): change is KeyedChange => 'key' in change && isClaim(change))
    if (claims.length === 0) return commit(changes)
    const stored = await store.get(claims.map(({ key }) => key))
    const free = new Set<Change>(claims.filter(({ expect }, index) => stored[index]?.version === expect))
    return commit(await forced(store, changes, (change) => free.has(change)))
  }
}

/** A job's cursor moves in one call, and its runs are added in the next. */
function firesInTwoCalls(store: Victim): void {
  const commit = store.commit.bind(store)
  store.commit = async (changes) => {
    const isFire = (change: Change): boolean =>
      'key' in change && change.key.kind === 'job' && change.inserts !== undefined
    if (!changes.some(isFire)) return commit(changes)
    const results = await commit(
      changes.map((change) => ('key' in change ? { ...change, inserts: undefined } : change)),
    )
    const records = changes.flatMap((change, index) => (results[index]?.applied === true ? (change.inserts ?? []) : []))
    await commit(records.map((record) => ({ expect: 0, record }) as const))
    return results
  }
}

/** A renewal that failed counts as done. */
function renewsInAnyCase(store: Victim): void {
  const commit = store.commit.bind(store)
  store.commit = async (changes) => {
    if (changes.length === 0 || !changes.every(isRenewal)) return commit(changes)
    await commit(changes).catch(() => undefined)
    return changes.map(() => APPLIED)
  }
}

const AHEAD_MS = 10_000

/** Leases are judged by a wall clock that is ahead of their holders'. */
function judgesLeasesEarly(store: Victim): void {
  const due = store.due.bind(store)
  store.due = async (query) => {
    if (query.lane !== 'run') return due(query)
    const found = await due({ ...query, before: query.before + AHEAD_MS })
    return found.filter(({ state, due: at }) => state === 'running' || (at ?? 0) <= query.before)
  }
}

/** What was due more than a second ago is not looked at any more. */
function looksBackOneSecond(store: Victim): void {
  const due = store.due.bind(store)
  store.due = async (query) => {
    const found = await due(query)
    return query.lane === 'job' ? found.filter(({ due: at }) => (at ?? 0) >= query.before - 1_000) : found
  }
}

/** A wait of more than 2^31 ms is over at once, and what it was for counts as due. */
function trustsLongTimers(store: Victim): void {
  const due = store.due.bind(store)
  const nextDue = store.nextDue.bind(store)
  let now = Number.POSITIVE_INFINITY
  const isOver = (at: number | null): boolean => at !== null && (at <= now || at - now > 2 ** 31)
  store.due = async (query) => {
    if (query.lane !== 'job') return due(query)
    now = query.before
    const all = await due({ ...query, before: Number.MAX_SAFE_INTEGER, limit: 10_000 })
    return all.filter((job) => isOver(job.due)).slice(0, query.limit)
  }
  store.nextDue = async (queries) => {
    const found = await nextDue(queries)
    return found.map((next, index) => (queries[index]?.lane === 'job' && isOver(next) ? now : next))
  }
}

/** What is wrong -> the bug. */
export const SEEDED_BUGS: Readonly<Record<string, SeededBug>> = {
  'a settlement without a fence check': { plant: settlesWithoutFence, checks: ['C3', 'C4', 'C5'] },
  'a claim as read, then write': { plant: claimsByReadThenWrite, checks: ['C4', 'C5'] },
  'a cursor that moves in a call of its own': { plant: firesInTwoCalls, checks: ['C1'] },
  'a renewal that ignores its failure': { plant: renewsInAnyCase, checks: ['C4'] },
  'leases judged by the wall clock of the taker': { plant: judgesLeasesEarly, checks: ['C4', 'C7'] },
  'no catch-up after an outage': { plant: looksBackOneSecond, checks: ['C1', 'C9'] },
  'a timer of more than 2^31 ms that fires at once': { plant: trustsLongTimers, checks: ['C2'] },
}
