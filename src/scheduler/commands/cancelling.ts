/** Ends runs from outside: in the store, in the handler if it is at work in this process, and for those who wait. */

import { CronwrightError } from '../../errors.ts'
import { type ChangeResult, patchedRecord, type RecordPatch, type RunRecord } from '../../jobs/record.ts'
import { cancel, runChange } from '../../jobs/transitions.ts'
import type { Kernel } from '../kernel.ts'
import type { Runner } from '../running/runner.ts'
import type { Settlement } from '../running/settlement.ts'
import type { StoreSlot } from '../slots/store-slot.ts'

interface Step {
  readonly run: RunRecord
  readonly patch: RecordPatch<'run'>
}

export class Cancelling {
  readonly #kernel: Kernel
  readonly #runner: Runner
  readonly #settlement: Settlement

  constructor(kernel: Kernel, runner: Runner, settlement: Settlement) {
    this.#kernel = kernel
    this.#runner = runner
    this.#settlement = settlement
  }

  /**
   * Ends runs as `cancelled`, in one write. A handler at work here is told to stop; one elsewhere finds out when its
   * process looks at its run.
   *
   * @returns the runs as they are now, in order; undefined where one changed in the meantime and was left alone
   */
  async cancel(
    slot: StoreSlot,
    runs: readonly RunRecord[],
    reason: string,
  ): Promise<readonly (RunRecord | undefined)[]> {
    const now = slot.now()
    const steps = runs.map((run) => ({ run, patch: cancel(run, reason, now) }))
    const results = await this.#write(slot, steps)
    const ended: RunRecord[] = []
    const cancelled = steps.map(({ run, patch }, index) => {
      if (results[index]?.applied !== true) return undefined
      const after = patchedRecord<'run'>(run, patch)
      this.#tell(slot, after, reason)
      ended.push(after)
      return after
    })
    if (ended.length > 0) await this.#settlement.finished(slot, ended).catch((error: unknown) => slot.failed(error))
    return cancelled
  }

  /** What the records say meanwhile is no news to who looks after the runs at work here. */
  async #write(slot: StoreSlot, steps: readonly Step[]): Promise<readonly ChangeResult[]> {
    const works = steps.flatMap(({ run }) => slot.atWork.get(run.id) ?? [])
    for (const work of works) work.isBeingCancelled = true
    try {
      return await slot.store.commit(steps.map(({ run, patch }) => runChange(run, patch)))
    } finally {
      for (const work of works) work.isBeingCancelled = false
    }
  }

  #tell(slot: StoreSlot, run: RunRecord, reason: string): void {
    const work = slot.atWork.get(run.id)
    if (work !== undefined) {
      const error = new CronwrightError('RUN_CANCELLED', `the run ${run.id} was cancelled`, {
        details: { runId: run.id, reason },
      })
      this.#runner.abandon(work, 'cancelled', error)
    }
    this.#kernel.emitRun('run:cancelled', run, slot)
    this.#settlement.announceEnd(run.id, { slot, record: run })
  }
}
