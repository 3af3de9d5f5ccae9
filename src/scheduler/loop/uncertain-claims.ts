/**
 * Claims of which this process does not know whether they were written: the store failed before it answered, or the
 * answer came when the lease was over. They are read back at the next visit, before anything else is claimed. A run that
 * is held under our worker id with the fence that the claim would have given it is ours; a renewal shows that it still
 * is, and its handler starts: no lease is lost, and no crash counted. What was not written is claimed the normal way.
 */

import { patchedRecord, type RunRecord } from '../../jobs/record.ts'
import { giveWay, renew, runChange } from '../../jobs/transitions.ts'
import type { Kernel } from '../kernel.ts'
import type { Settlement } from '../running/settlement.ts'
import type { StoreSlot } from '../slots/store-slot.ts'
import type { ClaimedRun } from './instance-limit.ts'

/** A claim that may have been written, or may still be. */
export interface UncertainClaim {
  /** The run as the claim makes it. */
  readonly run: RunRecord
  /** Monotonic: when its lease is over. A request that is still on its way then claims nothing for anybody. */
  readonly until: number
  /** Tells listeners what they would have been told with the reply. Never rejects. */
  readonly tell: () => Promise<void> | void
}

/** Most that are remembered of a store; what is beyond is taken over when its lease is over. */
const MOST_REMEMBERED = 5_000

export class UncertainClaims {
  readonly #kernel: Kernel
  readonly #settlement: Settlement

  constructor(kernel: Kernel, settlement: Settlement) {
    this.#kernel = kernel
    this.#settlement = settlement
  }

  remember(slot: StoreSlot, claim: UncertainClaim): void {
    if (slot.uncertainClaims.size < MOST_REMEMBERED) slot.uncertainClaims.set(claim.run.id, claim)
  }

  /** Reads back what is uncertain. The runs that are ours, each with a place in its executor and a new lease. */
  async settle(slot: StoreSlot): Promise<{ readonly claimed: readonly ClaimedRun[]; readonly askedAt: number }> {
    const claims = [...slot.uncertainClaims.values()]
    const stored = await slot.store.get(claims.map(({ run }) => ({ kind: 'run', id: run.id }) as const))
    const own: { readonly claim: UncertainClaim; readonly run: RunRecord }[] = []
    const settled: UncertainClaim[] = []
    const ended: UncertainClaim[] = []
    for (const [index, claim] of claims.entries()) {
      const run = stored[index]
      if (this.#isOurs(slot, claim, run)) own.push({ claim, run })
      else if (!this.#mayStillCome(claim, run)) settled.push(claim)
      if (isEndOf(claim, run)) ended.push(claim)
    }
    const askedAt = this.#kernel.clock.monotonic()
    const claimed = own.length === 0 ? [] : await this.#renew(slot, own)
    for (const { run } of [...settled, ...own.map(({ claim }) => claim)]) slot.uncertainClaims.delete(run.id)
    for (const { tell } of ended) await tell()
    return { claimed, askedAt }
  }

  async #renew(
    slot: StoreSlot,
    own: readonly { readonly claim: UncertainClaim; readonly run: RunRecord }[],
  ): Promise<readonly ClaimedRun[]> {
    const { settings } = this.#kernel
    const now = slot.now()
    const steps = own.map(({ claim, run }) => {
      const executor = this.#kernel.takePlace(run)
      const patch = executor === undefined ? giveWay(run, now) : renew(run, now + settings.leaseMs, run.status)
      return { claim, run, patch, executor }
    })
    try {
      const results = await slot.store.commit(steps.map(({ run, patch }) => runChange(run, patch)))
      const claimed: ClaimedRun[] = []
      for (const [index, { claim, run, patch, executor }] of steps.entries()) {
        const isApplied = results[index]?.applied === true
        if (isApplied) await claim.tell()
        if (isApplied && executor !== undefined) claimed.push({ run: patchedRecord<'run'>(run, patch), executor })
        else executor?.giveBack(run.queue)
      }
      return claimed
    } catch (error) {
      for (const { run, executor } of steps) executor?.giveBack(run.queue)
      throw error
    }
  }

  #isOurs(slot: StoreSlot, { run }: UncertainClaim, stored: RunRecord | undefined): stored is RunRecord {
    // A takeover that ends a run gives it no new fence: the run may be as this process had it before it lost it.
    if (run.state !== 'running') return false
    if (stored?.state !== 'running' || stored.status.worker !== this.#kernel.workerId) return false
    if (stored.status.fence !== run.status.fence) return false
    return !slot.atWork.has(run.id) && !this.#settlement.isSettling(slot, run.id)
  }

  /** Whether the run is as the claim needs it; version 0: the claim adds it. */
  #mayStillCome({ run, until }: UncertainClaim, stored: RunRecord | undefined): boolean {
    return (stored?.version ?? 0) === run.version - 1 && this.#kernel.clock.monotonic() < until
  }
}

/**
 * Whether a run ended by the very step that was uncertain: one that took over a run and ended it. Two processes that do that
 * in the same millisecond write the same end, and then both tell of it.
 */
function isEndOf({ run }: UncertainClaim, stored: RunRecord | undefined): boolean {
  if (run.state === 'running' || stored === undefined) return false
  return stored.version === run.version && stored.status.finishedAt === run.status.finishedAt
}
