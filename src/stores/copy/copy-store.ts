/** Moves from one store to another: everything that decides what happens next, without the history. */

import { systemClock } from '../../core/clock.ts'
import { checkBoolean, checkOptions } from '../../core/validate.ts'
import { CronwrightError } from '../../errors.ts'
import type { RecordKey } from '../../jobs/record.ts'
import { type JobStoreSource, storeFrom } from '../factory.ts'
import type { StoreHost } from '../job-store.ts'
import type { RecordJobStore } from '../record-job-store.ts'
import { checkAtRest } from './at-rest.ts'
import { Copier } from './copier.ts'
import type { CopyReport, UnreadableRecord } from './report.ts'

/** Options of {@link copyStore}. */
export interface CopyOptions {
  /** Whether to look only: nothing is written, and the report says what would be copied. @default false */
  readonly dryRun?: boolean
}

/**
 * Copies jobs and the runs that are not over from one store into another, as they are: next run times, paused jobs and
 * queues, counted fires, retries with their attempts and checkpoints, unique keys. A scheduler on the target goes on
 * where the source stood. Finished runs stay behind; those that wait for a person (`dead`, `unknown`) come along.
 *
 * Nobody may be at work on the source. The source is not changed. Nothing in the target is overwritten; a copy that was
 * interrupted can be repeated, and what the first one wrote counts as present.
 *
 * Both stores are opened and closed here, so neither may belong to a scheduler.
 *
 * @throws InvalidArgumentError
 * @throws CronwrightError `STORE_IN_USE` when a process is at work on the source, `CONFLICTING_ID` when the target has
 * something else under an id of the source (nothing is written then), `STORE_ERROR` when a store fails
 */
export async function copyStore(
  from: JobStoreSource,
  to: JobStoreSource,
  options: CopyOptions = {},
): Promise<CopyReport> {
  const { dryRun = false } = checkOptions(options, 'options', ['dryRun'])
  const isDryRun = checkBoolean(dryRun, 'options.dryRun')
  const [source, target] = [storeFrom(from, 'from'), storeFrom(to, 'to')]
  if ((await source.schemaVersion())?.current === 0) {
    throw new CronwrightError('STORE_ERROR', 'the source has no tables of cronwright: there is nothing to copy', {
      details: { store: 'source' },
    })
  }
  // Opening it would make the tables.
  const isMissing = isDryRun && (await target.schemaVersion())?.current === 0
  const unreadable = new UnreadableRecords()
  const unreadableInTarget = new UnreadableRecords()
  try {
    await source.start(unreadable.host, 'source')
    if (!isMissing) await target.start(unreadableInTarget.host, 'target')
    const now = (await source.serverTime()) ?? systemClock.now()
    await checkAtRest(source, now)
    const copier = new Copier({
      source,
      target: isMissing ? undefined : target,
      now,
      onUnreadable: (key) => unreadable.add(key),
      isUnreadableInTarget: (key) => unreadableInTarget.has(key),
    })
    await copier.look()
    if (!isDryRun) await written(copier, target)
    return { copied: copier.copied, present: copier.present, unreadable: unreadable.list() }
  } finally {
    await closed(source)
    await closed(target)
  }
}

async function written(copier: Copier, target: RecordJobStore): Promise<void> {
  try {
    await copier.write(target)
  } catch (error) {
    if (!(error instanceof CronwrightError)) throw error
    const count = Object.values(copier.copied).reduce((sum, part) => sum + part, 0)
    const message = `${error.message}; ${count} records were copied before that, and copying again goes on from there`
    throw new CronwrightError(error.code, message, { details: { ...error.details, copied: count }, cause: error })
  }
}

/** What was copied is written: a store that cannot be closed is no reason to say otherwise. */
async function closed(store: RecordJobStore): Promise<void> {
  await store.shutdown().catch(() => undefined)
}

/** What a store reports as unreadable. */
class UnreadableRecords {
  readonly #records = new Map<string, UnreadableRecord>()

  readonly host: StoreHost = {
    workerId: 'copy',
    now: () => systemClock.now(),
    wakeup: () => undefined,
    reportError: ({ code, details }) => {
      const { kind, id } = details
      if (code !== 'DESERIALIZATION' || typeof kind !== 'string' || typeof id !== 'string') return
      this.add({ kind, id })
    },
  }

  add({ kind, id }: UnreadableRecord): void {
    this.#records.set(`${kind}/${id}`, { kind, id })
  }

  has({ kind, id }: RecordKey): boolean {
    return this.#records.has(`${kind}/${id}`)
  }

  list(): readonly UnreadableRecord[] {
    return [...this.#records.values()]
  }
}
