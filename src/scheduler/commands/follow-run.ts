/**
 * Follows one run: every change of its state and its progress, until it is over. What this process does to the run is
 * heard at once; what another does, at the next look into the store, once in a poll interval.
 */

import { CronwrightError, RunLookupError } from '../../errors.ts'
import type { RunRecord } from '../../jobs/record.ts'
import { isFinal, type Run } from '../../jobs/run.ts'
import type { Kernel } from '../kernel.ts'
import type { Settlement } from '../running/settlement.ts'
import type { StoreSlot } from '../slots/store-slot.ts'
import { EndNotice } from './end-notice.ts'
import type { FoundRun } from './run-commands.ts'

/** What following needs. */
export interface Following {
  readonly kernel: Kernel
  readonly settlement: Settlement
  readonly runId: string
  readonly signal: AbortSignal | undefined
  /** Finds the run in its store. */
  readonly find: () => Promise<FoundRun | undefined>
}

/** Snapshots that wait for a slow reader; of more, only the newest of those with the same state. */
const MOST_WAITING = 1_000

/**
 * Gives the run as it is, then after each change, then as it ended.
 *
 * @throws RunLookupError when there is no such run (any more)
 * @throws CronwrightError (`SHUTDOWN`) when the scheduler shuts down first
 */
export async function* followRun(following: Following): AsyncGenerator<Run, void, undefined> {
  const { kernel, settlement, runId, signal, find } = following
  const changes = new Changes()
  const forget = kernel.followers.follow(runId, (slot, record) => changes.add(slot, record))
  let isToldAlready = false
  try {
    for (;;) {
      signal?.throwIfAborted()
      const notice = new EndNotice(kernel, settlement, runId, signal)
      changes.onChange = notice.wake
      try {
        if (!isToldAlready) {
          const found = await find()
          if (found !== undefined) changes.add(found.slot, presentOf(found))
          else if (notice.ended === undefined && changes.isEmpty) throw new RunLookupError(runId)
        }
        if (notice.ended !== undefined) changes.add(notice.ended.slot, notice.ended.record)
        for (let run = changes.take(); run !== undefined; run = changes.take()) {
          yield run
          if (isFinal(run.state)) return
        }
        if (settlement.isGivingUp) {
          throw new CronwrightError('SHUTDOWN', `the scheduler was shut down before the run ${runId} was over`)
        }
        if (changes.isEmpty) await notice.over
        if (notice.ended !== undefined) changes.add(notice.ended.slot, notice.ended.record)
        isToldAlready = !changes.isEmpty
      } finally {
        notice.forget()
      }
    }
  } finally {
    forget()
  }
}

/** A run at work here is ahead of its record by what its handler said since. */
function presentOf({ slot, record }: FoundRun): RunRecord {
  return slot.atWork.get(record.id)?.present ?? record
}

/** Snapshots in order, each of which shows something new. */
class Changes {
  onChange: () => void = () => undefined
  #waiting: Run[] = []
  #last: string | undefined
  #version = 0

  get isEmpty(): boolean {
    return this.#waiting.length === 0
  }

  take(): Run | undefined {
    return this.#waiting.shift()
  }

  /** A record read while a newer one was heard of shows nothing new; nor does one of the same version without progress. */
  add(slot: StoreSlot, record: RunRecord): void {
    const { state, version, status } = record
    const { attempt, progress } = status
    const shown = JSON.stringify([state, attempt, progress?.done, progress?.total, progress?.message])
    const isAtWork = slot.atWork.get(record.id) !== undefined
    if (shown === this.#last || version < this.#version || (version === this.#version && !isAtWork)) return
    this.#last = shown
    this.#version = version
    const run = slot.runView(record)
    const newest = this.#waiting.at(-1)
    if (this.#waiting.length >= MOST_WAITING && newest?.state === run.state)
      this.#waiting[this.#waiting.length - 1] = run
    else this.#waiting.push(run)
    this.onChange()
  }
}
