/**
 * Starts runs that are over again.
 *
 * A run that is over takes no place of its job's `maxInstances`; started again it does, and a fire that counted the
 * active runs before must not add its own on top. Fires are guarded by the version of their job, so that is raised after
 * the run waits and before it may be claimed.
 */

import { patchedRecord, type RecordPatch, type RunRecord } from '../../jobs/record.ts'
import { retryFinished, runChange } from '../../jobs/transitions.ts'
import type { Kernel } from '../kernel.ts'
import type { Loop } from '../loop/loop.ts'
import type { StoreSlot } from '../slots/store-slot.ts'

export class Restarting {
  readonly #kernel: Kernel
  readonly #loop: Loop

  constructor(kernel: Kernel, loop: Loop) {
    this.#kernel = kernel
    this.#loop = loop
  }

  /**
   * Makes runs wait again, due now, with their attempts counted anew and their last checkpoint.
   *
   * @param input - takes the place of the old one and of the checkpoint, which belonged to it
   * @returns the runs as they are now, in order; undefined where one changed in the meantime and was left alone
   */
  async restart(
    slot: StoreSlot,
    runs: readonly RunRecord[],
    input?: { readonly value: unknown },
  ): Promise<readonly (RunRecord | undefined)[]> {
    const now = slot.now()
    const steps = runs.map((run) => {
      const isGuarded = run.jobId !== null
      const patch = restarted(run, now, input)
      return { run, patch: isGuarded ? { ...patch, due: now + this.#kernel.settings.pollMs } : patch }
    })
    const results = await slot.store.commit(steps.map(({ run, patch }) => runChange(run, patch)))
    const waiting = steps.map(({ run, patch }, index) =>
      results[index]?.applied === true ? patchedRecord<'run'>(run, patch) : undefined,
    )
    for (const run of waiting) {
      if (run === undefined) continue
      slot.holdBack(run.jobId)
      this.#kernel.emitRun('run:submitted', run, slot)
    }
    const due = await this.#makeDue(slot, waiting, now)
    this.#loop.expect(slot, 'run', now)
    return due
  }

  /** Raises the versions of the jobs, then makes their runs due. */
  async #makeDue(
    slot: StoreSlot,
    waiting: readonly (RunRecord | undefined)[],
    now: number,
  ): Promise<readonly (RunRecord | undefined)[]> {
    const guarded = waiting.filter((run) => run !== undefined).filter(({ jobId }) => jobId !== null)
    if (guarded.length === 0) return waiting
    const jobIds = new Set(guarded.map(({ jobId }) => jobId ?? ''))
    const jobs = await slot.store.get([...jobIds].map((id) => ({ kind: 'job', id }) as const))
    // A refusal is as good: somebody else raised the version meanwhile.
    await slot.store.commit(
      jobs.flatMap((job) =>
        job === undefined ? [] : [{ expect: job.version, key: { kind: 'job', id: job.id }, patch: {} } as const],
      ),
    )
    const results = await slot.store.commit(guarded.map((run) => runChange(run, { due: now })))
    const due = new Map(guarded.map((run, index) => [run.id, results[index]?.applied === true]))
    return waiting.map((run) => (run !== undefined && due.get(run.id) === true ? { ...run, due: now } : run))
  }
}

function restarted(run: RunRecord, now: number, input: { readonly value: unknown } | undefined): RecordPatch<'run'> {
  const patch = retryFinished(run, now)
  if (input === undefined) return patch
  const { executor, policy } = run.spec
  const spec = { input: input.value, executor, policy }
  return { ...patch, spec, status: { ...(patch.status ?? run.status), checkpoint: undefined } }
}
