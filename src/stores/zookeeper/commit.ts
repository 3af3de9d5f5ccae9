/**
 * Applies changes. Independent changes go to the server together, in one multi; where one of them is refused the server
 * does none, what is in doubt is read again, and those that still stand are sent again, at last one by one.
 *
 * The guard is the version of the znode: whatever the index holds, nothing is changed that somebody else changed.
 */

import { CronwrightError } from '../../errors.ts'
import { APPLIED, type ChangeResult, REFUSED, type RecordKey } from '../../jobs/record.ts'
import type { EncodedChange } from '../encoded-job-store.ts'
import { isWaiting } from '../news.ts'
import type { Operation } from './driver.ts'
import { creationOf } from './journal-entry.ts'
import type { LargeTexts, UnwrittenText } from './large-texts.ts'
import type { MultiWriter } from './multi-writer.ts'
import { keyText, type Paths } from './paths.ts'
import { type Plan, Planner, sizeOf } from './plan.ts'
import { type PreparedChange, prepared, textsOf } from './prepared-change.ts'
import type { RecordIndex } from './record-index.ts'
import type { Records } from './records.ts'
import { eachOf } from './server.ts'
import type { StoredRecord } from './znode.ts'

/** A request must stay below 1 MiB (`jute.maxbuffer`), which leaves room for what the driver adds. */
const LARGEST_REQUEST = 800_000
const CHANGES_PER_MULTI = 200
/** After that many refusals a group is sent one by one, and a single change given up. */
const GROUP_TRIES = 3
const SINGLE_TRIES = 20

/** A change, its place in the batch, and its plan. */
interface Planned {
  readonly change: PreparedChange
  readonly place: number
  readonly plan: Plan
}

type Placed = Omit<Planned, 'plan'>

export class ChangeWriter {
  readonly #index: RecordIndex
  readonly #records: Records
  readonly #texts: LargeTexts
  readonly #writer: MultiWriter
  readonly #planner: Planner

  constructor(paths: Paths, index: RecordIndex, records: Records, texts: LargeTexts, writer: MultiWriter) {
    this.#index = index
    this.#records = records
    this.#texts = texts
    this.#writer = writer
    this.#planner = new Planner(paths, index)
  }

  async commit(changes: readonly EncodedChange[]): Promise<readonly ChangeResult[]> {
    const results: ChangeResult[] = changes.map(() => REFUSED)
    const unwritten: UnwrittenText[] = []
    const placed = changes.map((change, place) => {
      return { change: prepared(change, (text) => this.#texts.stored(text, unwritten)), place }
    })
    if (unwritten.length > 0) await this.#texts.write(unwritten)
    for (const round of roundsOf(placed)) await this.#round(round, results)
    if (unwritten.length > 0) {
      const refused = placed.filter(({ place }) => results[place] === REFUSED)
      this.#forget(refused.flatMap(({ change }) => textsOf(change)))
    }
    return results
  }

  /** Changes of different records. */
  async #round(round: readonly Placed[], results: ChangeResult[]): Promise<void> {
    const chunks: Placed[][] = []
    for (let start = 0; start < round.length; start += CHANGES_PER_MULTI) {
      chunks.push(round.slice(start, start + CHANGES_PER_MULTI))
    }
    await Promise.all(chunks.map((chunk) => this.#group(chunk, results)))
  }

  async #group(group: readonly Placed[], results: ChangeResult[]): Promise<void> {
    let left = group
    for (let tries = 1; tries <= (group.length === 1 ? SINGLE_TRIES : GROUP_TRIES); tries += 1) {
      const doubts = left.flatMap(({ change }) => (tries === 1 ? this.#planner.doubts(change) : keysOf(change)))
      const read = await this.#readAll(doubts)
      const planned: Planned[] = []
      for (const { change, place } of left) {
        const plan = this.#planner.plan(change, read)
        if (plan !== undefined) planned.push({ change, place, plan })
      }
      const outcomes = await Promise.all(packed(planned).map((pack) => this.#send(pack, results)))
      left = outcomes.flat()
      if (left.length === 0) return
    }
    if (group.length === 1) {
      throw new CronwrightError('STORE_ERROR', 'others change the same records again and again; try later')
    }
    await eachOf(left, (one) => this.#group([one], results))
  }

  /** Sends what fits into one request. @returns what was not done and has to be looked at again */
  async #send(pack: readonly Planned[], results: ChangeResult[]): Promise<readonly Placed[]> {
    const [only] = pack
    if (only === undefined) return []
    if (pack.length === 1 && only.plan.bytes > LARGEST_REQUEST) return this.#sendLarge(only, results)
    const operations = pack.flatMap(({ plan }) => [plan.guard, ...plan.inserts])
    const mentions = pack.flatMap(({ plan }) => plan.mentions)
    const news = pack.some(({ change }) => isNews(change))
    const isDone = await this.#writer.write({ operations, mentions, news }, () => {
      for (const { plan } of pack) this.#take(plan)
    })
    if (!isDone) return pack
    for (const planned of pack) this.#done(planned, results)
    return []
  }

  /**
   * A change that no request can hold: what it inserts goes first, each part only while the change still stands. Ids are
   * the same each time, so doing it again is safe; who reads in between sees runs of a fire that is about to be.
   */
  async #sendLarge(planned: Planned, results: ChangeResult[]): Promise<readonly Placed[]> {
    const { change, plan } = planned
    const { guard } = plan
    const stands: Operation[] = 'version' in guard ? [{ type: 'check', path: guard.path, version: guard.version }] : []
    const own = plan.puts.filter((put) => keyText(put) === keyText(change.key))
    const inserted = plan.puts.filter((put) => !own.includes(put))
    for (const { start, operations } of chunksOf(plan.inserts)) {
      const puts = inserted.slice(start, start + operations.length)
      const mentions = puts.map(creationOf)
      const part = { operations: [...stands, ...operations], mentions, news: false }
      if (!(await this.#writer.write(part, () => this.#take({ removes: [], puts })))) return [planned]
    }
    const last = { operations: [guard], mentions: plan.mentions.slice(0, 1), news: isNews(change) }
    if (!(await this.#writer.write(last, () => this.#take({ ...plan, puts: own })))) return [planned]
    this.#done(planned, results)
    return []
  }

  #done({ plan, place }: Planned, results: ChangeResult[]): void {
    results[place] = plan.existing.length === 0 ? APPLIED : { applied: true, existing: plan.existing }
    this.#forget(plan.unused)
  }

  #take({ removes, puts }: Pick<Plan, 'removes' | 'puts'>): void {
    for (const key of removes) this.#index.remove(key)
    for (const record of puts) this.#index.put(record)
  }

  async #readAll(keys: readonly RecordKey[]): Promise<ReadonlyMap<string, StoredRecord>> {
    const read = new Map<string, StoredRecord>()
    for (const record of await this.#records.readAll(keys)) {
      if (record !== undefined) read.set(keyText(record), record)
    }
    return read
  }

  /** Removes long texts that nobody needs; those that stay by mischance are swept away at a later start. */
  #forget(references: Parameters<LargeTexts['remove']>[0]): void {
    if (references.length > 0) void this.#texts.remove(references).catch(() => undefined)
  }
}

/** Groups of changes that touch different records, each to be applied after the one before. */
function roundsOf(changes: readonly Placed[]): readonly (readonly Placed[])[] {
  const rounds: Placed[][] = []
  const lastRound = new Map<string, number>()
  for (const placed of changes) {
    const names = keysOf(placed.change).map(keyText)
    const round = Math.max(-1, ...names.map((name) => lastRound.get(name) ?? -1)) + 1
    for (const name of names) lastRound.set(name, round)
    const found = rounds[round]
    if (found === undefined) rounds[round] = [placed]
    else found.push(placed)
  }
  return rounds
}

function keysOf(change: PreparedChange): readonly RecordKey[] {
  return [change.key, ...change.inserts.map(({ header }) => header)]
}

/** Plans in packs that fit into one request each. */
function packed(planned: readonly Planned[]): readonly (readonly Planned[])[] {
  const packs: Planned[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const one of planned) {
    if (bytes + one.plan.bytes > LARGEST_REQUEST) {
      packs.push([])
      bytes = 0
    }
    packs.at(-1)?.push(one)
    bytes += one.plan.bytes
  }
  return packs
}

function chunksOf(operations: readonly Operation[]): readonly { start: number; operations: Operation[] }[] {
  const chunks: { start: number; operations: Operation[] }[] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const [start, operation] of operations.entries()) {
    if (bytes + sizeOf(operation) > LARGEST_REQUEST) {
      chunks.push({ start, operations: [] })
      bytes = 0
    }
    chunks.at(-1)?.operations.push(operation)
    bytes += sizeOf(operation)
  }
  return chunks
}

/** Whether others may have to look: something was added, or made due again. What this process claimed is no news. */
function isNews(change: PreparedChange): boolean {
  if (change.inserts.some(({ header }) => isWaiting(header))) return true
  if (change.record !== undefined) return isWaiting(change.record.header)
  return change.patch?.header.state === 'pending'
}
