/**
 * Guarded changes: many travel in one request, each a transaction of its own inside it, so that one that is refused leaves
 * the others alone. Requests of a batch are under way together, unless they touch the same record.
 */

import { APPLIED, type ChangeResult, REFUSED } from '../../jobs/record.ts'
import { batchesOf } from '../batches.ts'
import type { EncodedChange } from '../encoded-job-store.ts'
import { isNews } from '../news.ts'
import type { Connection, Operation } from './connection.ts'
import { inFlight } from './in-flight.ts'
import { partitionKey } from './keys.ts'
import { type Plan, Planner, requestsOf, type Step } from './plan.ts'
import type { RecordCache } from './record-cache.ts'
import type { RecordReader } from './records.ts'
import { innerReply } from './replies.ts'
import { storedFrom } from './stored-record.ts'

/** Plans that are sent together: of one step each; or one plan alone, step by step. */
type Request = readonly Plan[]

export class ChangeWriter {
  readonly #connection: Connection
  readonly #records: RecordReader
  readonly #cache: RecordCache
  readonly #planner: Planner
  readonly #news: () => Operation

  /** @param news - tells other processes that there is something to do */
  constructor(connection: Connection, records: RecordReader, cache: RecordCache, news: () => Operation) {
    this.#connection = connection
    this.#records = records
    this.#cache = cache
    this.#planner = new Planner(connection)
    this.#news = news
  }

  async commit(changes: readonly EncodedChange[]): Promise<readonly ChangeResult[]> {
    const results: ChangeResult[] = []
    for (const batch of batchesOf(changes)) results.push(...(await this.#apply(batch)))
    return results
  }

  /** Changes in which no record comes twice. */
  async #apply(changes: readonly EncodedChange[]): Promise<readonly ChangeResult[]> {
    const results = changes.map(() => REFUSED)
    let open: readonly number[] = [...changes.keys()]
    while (open.length > 0) {
      const plans = await this.#plans(changes, open)
      const again: number[] = []
      await inFlight(requestsOf(plans), async (request) => {
        const told = request.flatMap(({ index }) => changes[index] ?? [])
        for (const [plan, result] of await this.#send(request, told.some(isNews))) {
          const isSame = result === REFUSED && this.#isAtVersion(changes[plan.index])
          if (isSame) again.push(plan.index)
          else results[plan.index] = result
        }
      })
      open = again
    }
    return results
  }

  /**
   * A refused change may be legal after all: what was known of its record was of another record with the same id, removed
   * since. Now the right one is known.
   */
  #isAtVersion(change: EncodedChange | undefined): boolean {
    return change !== undefined && 'key' in change && this.#cache.get(change.key)?.record.version === change.expect
  }

  /** Plans for those of the changes that are not refused at once. */
  async #plans(changes: readonly EncodedChange[], open: readonly number[]): Promise<readonly Plan[]> {
    const unknown = open.flatMap((index) => {
      const change = changes[index]
      return change !== undefined && 'key' in change && !this.#isAtVersion(change) ? [change.key] : []
    })
    if (unknown.length > 0) await this.#records.refresh(unknown)
    return open.flatMap((index) => {
      const change = changes[index]
      if (change === undefined || ('key' in change && !this.#isAtVersion(change))) return []
      return [this.#planner.plan(index, change, 'key' in change ? this.#cache.get(change.key) : undefined)]
    })
  }

  async #send(request: Request, hasNews: boolean): Promise<readonly (readonly [Plan, ChangeResult])[]> {
    const [first] = request
    if (request.length > 1 || first === undefined) {
      const results = await this.#transact(
        request.flatMap(({ steps }) => steps),
        request,
        hasNews,
      )
      return request.map((plan, index) => [plan, this.#settled(plan, [results[index] ?? null])])
    }
    const answers: (readonly string[] | null)[] = []
    for (const step of first.steps) {
      const [answer] = await this.#transact([step], request, hasNews)
      answers.push(answer ?? null)
      if (answer === null) break
    }
    return [[first, this.#settled(first, answers)]]
  }

  /** For each step the ids of inserts that existed, or null where it was refused. */
  async #transact(
    steps: readonly Step[],
    request: Request,
    hasNews: boolean,
  ): Promise<readonly (readonly string[] | null)[]> {
    const partitions = new Set(request.flatMap((plan) => plan.partitions))
    const around = [...[...partitions].map((partition) => this.#ensure(partition)), ...(hasNews ? [this.#news()] : [])]
    const reply = await this.#connection.transact([...steps.map(({ operation }) => operation), ...around])
    return steps.map((step, index) => this.#existing(step, reply.replies[index], reply.revision, request[index]))
  }

  #existing(step: Step, reply: unknown, revision: number, plan: Plan | undefined): readonly string[] | null {
    const { isApplied, replies } = innerReply(reply)
    if (!isApplied) {
      this.#learn(plan, replies[0])
      return null
    }
    const existing: string[] = []
    for (const [index, insert] of step.inserts.entries()) {
      if (innerReply(replies[step.own + index]).isApplied) this.#cache.put({ ...insert, revision })
      else existing.push(insert.record.id)
    }
    if (step.own > 0 && plan !== undefined) {
      if (plan.after === null) this.#cache.remove(plan.key)
      else this.#cache.put({ ...plan.after, revision })
    }
    return existing
  }

  /** What a refused change's record is now. */
  #learn(plan: Plan | undefined, reply: unknown): void {
    if (plan === undefined) return
    this.#cache.remove(plan.key)
    if (reply === undefined) return
    const [entry] = this.#connection.rangeOf(reply).entries
    if (entry !== undefined) this.#cache.put(storedFrom(plan.key.kind, plan.key.id, entry))
  }

  #settled(plan: Plan, answers: readonly (readonly string[] | null)[]): ChangeResult {
    if (answers.length < plan.steps.length || answers.includes(null)) return REFUSED
    const existing = [...plan.repeated, ...answers.flatMap((ids) => ids ?? [])]
    return existing.length === 0 ? APPLIED : { applied: true, existing }
  }

  /** Adds the key that says that a partition exists, where it is missing. */
  #ensure(partition: string): Operation {
    const key = partitionKey(partition)
    const compare = [this.#connection.hasVersion(key, 0)]
    return { request_txn: { compare, success: [this.#connection.put(key, '')], failure: [] } }
  }
}
