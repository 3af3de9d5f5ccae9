/**
 * Copies records between two open stores: first a look at everything, which writes nothing and finds what stands in the
 * way; then the writing, from the oldest record on.
 *
 * Each record is added as it is, or not at all. It is written in this order: queues, so that what is paused stays so;
 * unique keys and runs; and jobs last, so that a job that fires at once in the target finds its runs there.
 */

import type { Change, RecordKey, RecordKind, RunRecord, StoreRecord } from '../../jobs/record.ts'
import { isKeyTaken } from '../../jobs/unique-key.ts'
import { UNDECODABLE } from '../encoded-job-store.ts'
import type { RecordJobStore } from '../record-job-store.ts'
import { checkNoneAtWork } from './at-rest.ts'
import { Conflicts, keyOf } from './conflicts.ts'
import { copyQueue } from './queue-notes.ts'
import { RecordPages } from './record-pages.ts'
import { type CopyTally, countedAs, newTally } from './report.ts'
import { isSameRecord } from './same-record.ts'

type CopiedKind = 'job' | 'run' | 'key' | 'queue'
type CopiedRecord = StoreRecord<CopiedKind>

/** Runs that are not over, or that a person has to look at; the rest is history. */
const RUN_STATES = ['pending', 'running', 'dead', 'unknown', UNDECODABLE]

export interface CopierOptions {
  readonly source: RecordJobStore
  /** Undefined: it is known to be empty, and is not to be opened. */
  readonly target: RecordJobStore | undefined
  /** By the clock of the source, epoch ms. */
  readonly now: number
  /** Told of a record that was set aside earlier, as one that nobody could read. */
  readonly onUnreadable: (key: RecordKey) => void
  /** Whether the target has a record under this key that cannot be read. */
  readonly isUnreadableInTarget: (key: RecordKey) => boolean
}

export class Copier {
  readonly copied: CopyTally = newTally()
  readonly present: CopyTally = newTally()
  readonly #options: CopierOptions
  readonly #parts: readonly RecordPages<CopiedKind>[]

  constructor(options: CopierOptions) {
    const { source } = options
    this.#options = options
    this.#parts = [
      new RecordPages(source, { kind: 'queue' }),
      new RecordPages(source, { kind: 'key' }),
      new RecordPages(source, { kind: 'run', states: RUN_STATES }),
      new RecordPages(source, { kind: 'job' }),
    ]
  }

  /**
   * Counts what would be copied. Writes nothing.
   *
   * @throws CronwrightError (`STORE_IN_USE`, `CONFLICTING_ID`) for what stands in the way
   * @throws SerializationError for a value that the target cannot keep
   */
  async look(): Promise<void> {
    const { target, now, isUnreadableInTarget } = this.#options
    const conflicts = new Conflicts()
    const atWork: RunRecord[] = []
    for (const part of this.#parts.toReversed()) {
      for await (const page of part.down()) {
        const records = await this.#chosen(page)
        atWork.push(...records.filter(isRun).filter(({ state, due }) => state === 'running' && (due ?? 0) > now))
        const found = target === undefined ? [] : await target.get(records.map(keyOf))
        for (const [index, record] of records.entries()) {
          const there = found[index]
          if (there === undefined && isUnreadableInTarget(keyOf(record))) conflicts.add(record)
          else this.#plan(record, there, conflicts)
        }
      }
    }
    checkNoneAtWork(atWork, now)
    conflicts.check('nothing was written')
  }

  #plan(record: CopiedRecord, there: StoreRecord | undefined, conflicts: Conflicts): void {
    if (there === undefined) this.#options.target?.checkStorable(record)
    if (record.kind === 'queue') {
      if (record.spec.isPaused) this.#count(record, there?.kind === 'queue' && there.spec.isPaused)
    } else if (there === undefined || isSameRecord(record, there)) this.#count(record, there !== undefined)
    else conflicts.add(record)
  }

  /**
   * Writes what {@link look} found, and counts anew what was written.
   *
   * @throws CronwrightError (`CONFLICTING_ID`) when somebody else wrote to the target meanwhile
   */
  async write(target: RecordJobStore): Promise<void> {
    Object.assign(this.copied, newTally())
    Object.assign(this.present, newTally())
    for (const part of this.#parts) {
      for await (const page of part.up()) {
        const records = await this.#chosen(page)
        for (const record of records) if (record.kind === 'queue') await this.#writeQueue(target, record)
        const others = records.filter((record) => record.kind !== 'queue')
        if (others.length > 0) await this.#writeBatch(target, others)
      }
    }
  }

  async #writeQueue(target: RecordJobStore, queue: StoreRecord<'queue'>): Promise<void> {
    const wasPaused = await copyQueue(target, queue)
    if (queue.spec.isPaused) this.#count(queue, wasPaused)
  }

  async #writeBatch(target: RecordJobStore, records: readonly CopiedRecord[]): Promise<void> {
    const logs = await this.#logsOf(records.filter(isRun))
    const changes = records.map((record): Change => {
      const log = record.kind === 'run' ? logs.get(record.id) : undefined
      return { expect: 0, record, inserts: log === undefined ? [] : [log] }
    })
    const results = await target.commit(changes)
    const refused = records.filter((_, index) => results[index]?.applied !== true)
    for (const record of records) if (!refused.includes(record)) this.#count(record, false)
    if (refused.length === 0) return
    const conflicts = new Conflicts()
    const found = await target.get(refused.map(keyOf))
    for (const [index, record] of refused.entries()) {
      const there = found[index]
      if (there !== undefined && isSameRecord(record, there)) this.#count(record, true)
      else conflicts.add(record)
    }
    conflicts.check('somebody else wrote to it meanwhile')
  }

  /** What handlers logged in earlier attempts. */
  async #logsOf(runs: readonly RunRecord[]): Promise<ReadonlyMap<string, StoreRecord<'log'>>> {
    const keys = runs.map(({ id }) => ({ kind: 'log', id }) as const)
    const logs = keys.length === 0 ? [] : await this.#options.source.get(keys)
    return new Map(logs.filter((log) => log !== undefined).map((log) => [log.id, log]))
  }

  /** Of a page, what is to be copied: no key that is free again, and nothing that was set aside. */
  async #chosen(page: readonly CopiedRecord[]): Promise<readonly CopiedRecord[]> {
    const { source, now, onUnreadable } = this.#options
    const holders = await source.get(page.filter(isKey).map(({ spec }) => ({ kind: 'run', id: spec.runId }) as const))
    const runs = new Map(holders.map((run) => [run?.id, run]))
    return page.filter((record) => {
      if (record.kind === 'key') return isKeyTaken(record.spec, runs.get(record.spec.runId), now)
      if (record.state !== UNDECODABLE) return true
      if (record.lane !== 'history') onUnreadable(keyOf(record))
      return false
    })
  }

  #count(record: StoreRecord, isPresent: boolean): void {
    const tally = isPresent ? this.present : this.copied
    tally[countedAs(record)] += 1
  }
}

function isOf<K extends RecordKind>(kind: K): (record: StoreRecord) => record is StoreRecord<K> {
  return (record): record is StoreRecord<K> => record.kind === kind
}

const isRun = isOf('run')
const isKey = isOf('key')
