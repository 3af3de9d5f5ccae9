/**
 * Bugs that a scheduler on a shared store is known to have, put in from outside: each is a store that misbehaves in the
 * one place. They show that the simulation would find them.
 */

import type { Change, ChangeResult, JobRecord, Lane, RecordPatch, StoreRecord } from '../../src/jobs/record.ts'
import { APPLIED } from '../../src/jobs/record.ts'
import type { DueQuery, KindInLane } from '../../src/stores/record-store.ts'
import { type Parts, SOUND_PARTS } from './world/host.ts'
import { RemoteStore } from './world/remote-store.ts'

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

/** Takes whatever version is there for the one that was expected. */
class Unguarded extends RemoteStore {
  protected async forced(
    changes: readonly Change[],
    isForced: (change: Change) => boolean,
  ): Promise<readonly ChangeResult[]> {
    const fitting = await Promise.all(
      changes.map(async (change) => {
        if (!('key' in change) || !isForced(change)) return change
        const [stored] = await this.core.get([change.key])
        return stored === undefined ? change : ({ ...change, expect: stored.version } satisfies KeyedChange)
      }),
    )
    return this.core.commit(fitting)
  }
}

/** The end of a run is written whoever has it now. */
class SettlesWithoutFence extends Unguarded {
  override commit(changes: readonly Change[]): Promise<readonly ChangeResult[]> {
    return this.call(() => this.forced(changes, isSettlement))
  }
}

/** A claim looks whether the run is free, and then writes without looking. */
class ClaimsByReadThenWrite extends Unguarded {
  override async commit(changes: readonly Change[]): Promise<readonly ChangeResult[]> {
    const claims = changes.filter((change): change is KeyedChange => 'key' in change && isClaim(change))
    if (claims.length === 0) return super.commit(changes)
    const stored = await this.get(claims.map(({ key }) => key))
    const free = new Set(claims.filter(({ expect }, index) => stored[index]?.version === expect))
    return this.call(() => this.forced(changes, (change) => 'key' in change && free.has(change)))
  }
}

/** A job's cursor moves in one call, and its runs are added in the next. */
class FiresInTwoCalls extends RemoteStore {
  override async commit(changes: readonly Change[]): Promise<readonly ChangeResult[]> {
    const fires = changes.filter(
      (change) => 'key' in change && change.key.kind === 'job' && change.inserts !== undefined,
    )
    if (fires.length === 0) return super.commit(changes)
    const results = await super.commit(
      changes.map((change) => ('key' in change ? { ...change, inserts: undefined } : change)),
    )
    const records = changes.flatMap((change, index) => (results[index]?.applied === true ? (change.inserts ?? []) : []))
    await super.commit(records.map((record) => ({ expect: 0, record }) as const))
    return results
  }
}

/** A renewal that failed counts as done. */
class RenewsInAnyCase extends RemoteStore {
  override async commit(changes: readonly Change[]): Promise<readonly ChangeResult[]> {
    if (changes.length === 0 || !changes.every(isRenewal)) return super.commit(changes)
    await super.commit(changes).catch(() => undefined)
    return changes.map(() => APPLIED)
  }
}

/** Leases are judged by a wall clock that is ahead of their holders'. */
class JudgesLeasesEarly extends RemoteStore {
  static readonly AHEAD_MS = 10_000

  override async due<L extends Lane>(query: DueQuery<L>): Promise<readonly StoreRecord<KindInLane<L>>[]> {
    if (query.lane !== 'run') return super.due(query)
    const found = await super.due({ ...query, before: query.before + JudgesLeasesEarly.AHEAD_MS })
    return found.filter(({ state, due }) => state === 'running' || (due ?? 0) <= query.before)
  }
}

/** What was due more than a second ago is not looked at any more. */
class LooksBackOneSecond extends RemoteStore {
  override async due<L extends Lane>(query: DueQuery<L>): Promise<readonly StoreRecord<KindInLane<L>>[]> {
    const found = await super.due(query)
    return query.lane === 'job' ? found.filter(({ due }) => (due ?? 0) >= query.before - 1_000) : found
  }
}

/** A wait of more than 2^31 ms is over at once, and what it was for counts as due. */
class TrustsLongTimers extends RemoteStore {
  override async due<L extends Lane>(query: DueQuery<L>): Promise<readonly StoreRecord<KindInLane<L>>[]> {
    if (query.lane !== 'job') return super.due(query)
    const all = await super.due({ ...query, before: Number.MAX_SAFE_INTEGER, limit: Number.MAX_SAFE_INTEGER })
    const isOver = ({ due }: Pick<JobRecord, 'due'>): boolean => {
      const wait = (due ?? Number.POSITIVE_INFINITY) - query.before
      return wait <= 0 || (wait > 2 ** 31 && wait < Number.POSITIVE_INFINITY)
    }
    return all.filter(isOver).slice(0, query.limit)
  }
}

function withStore(Store: typeof RemoteStore): Parts {
  return { ...SOUND_PARTS, newStore: (process, core, weather) => new Store(process, core, weather) }
}

/** Bug -> what to simulate with, and the checks that it should fail. */
export const SEEDED_BUGS: Readonly<Record<string, { readonly parts: Parts; readonly checks: readonly string[] }>> = {
  'a settlement without a fence check': { parts: withStore(SettlesWithoutFence), checks: ['C3', 'C4', 'C5'] },
  'a claim as read, then write': { parts: withStore(ClaimsByReadThenWrite), checks: ['C4', 'C5'] },
  'a cursor that moves in a call of its own': { parts: withStore(FiresInTwoCalls), checks: ['C1'] },
  'a renewal that ignores its failure': { parts: withStore(RenewsInAnyCase), checks: ['C4'] },
  'leases judged by the wall clock of the taker': { parts: withStore(JudgesLeasesEarly), checks: ['C4', 'C7'] },
  'no catch-up after an outage': { parts: withStore(LooksBackOneSecond), checks: ['C1', 'C9'] },
  'a timer of more than 2^31 ms that fires at once': { parts: withStore(TrustsLongTimers), checks: ['C2'] },
}
