/**
 * Runs that wait for a person: `dead` (attempts used up, or too many lost leases) and `unknown` (their process died and
 * the job says that nobody may guess). They are kept until somebody requeues or discards them.
 */

import { checkInstant, checkInteger, checkOptions, checkText } from '../../core/validate.ts'
import { RunLookupError } from '../../errors.ts'
import type { RunRecord } from '../../jobs/record.ts'
import { type Run, WAITING_FOR_OPERATOR } from '../../jobs/run.ts'
import type { Kernel } from '../kernel.ts'
import type { StoreChoice } from '../requests.ts'
import type { StoreSlot } from '../slots/store-slot.ts'
import type { Cancelling } from './cancelling.ts'
import type { Restarting } from './restarting.ts'
import { wrongState } from './wrong-state.ts'

const DEFAULT_LIMIT = 100
const MAX_LIMIT = 10_000

/** Which dead letters a call means. */
export interface DeadLetterFilter extends StoreChoice {
  readonly queue?: string
  readonly jobId?: string
}

/** A page of dead letters, newest first. */
export interface DeadLetterPage extends DeadLetterFilter {
  /** @default 100; at most 10,000 */
  readonly limit?: number
  /** Only those due before this instant. */
  readonly before?: Date | string | number
}

/** How dead letters are requeued. */
export interface RequeueOptions extends StoreChoice {
  /** A new input, for all of them. The checkpoint, which belonged to the old one, is dropped. @default the old one */
  readonly input?: unknown
}

/** How dead letters are discarded. */
export interface DiscardOptions extends StoreChoice {
  /** Why; kept as the `reason` of the run. @default 'discarded' */
  readonly note?: string
}

/** Changes runs that did not change meanwhile: undefined for those that did. */
type Step = (slot: StoreSlot, runs: readonly RunRecord[]) => Promise<readonly (RunRecord | undefined)[]>

interface Found {
  readonly slot: StoreSlot
  readonly run: RunRecord
}

export class DeadLetters {
  readonly #kernel: Kernel
  readonly #restarting: Restarting
  readonly #cancelling: Cancelling

  constructor(kernel: Kernel, restarting: Restarting, cancelling: Cancelling) {
    this.#kernel = kernel
    this.#restarting = restarting
    this.#cancelling = cancelling
  }

  /** Dead letters, newest first, with their attempts and last errors. */
  async list(page?: DeadLetterPage): Promise<Run[]> {
    const {
      limit = DEFAULT_LIMIT,
      before,
      ...filter
    } = checkOptions(page, 'options', [...FILTER_KEYS, 'limit', 'before'])
    const { slots, query } = this.#selection(filter)
    const most = checkInteger(limit, 'options.limit', 1, MAX_LIMIT)
    const position = before === undefined ? undefined : { at: checkInstant(before, 'options.before') }
    const found: Found[] = []
    for (const slot of slots) {
      const store = await slot.ready()
      for (const run of await store.list({ ...query, limit: most, before: position })) found.push({ slot, run })
    }
    if (slots.length > 1) found.sort((a, b) => b.run.at - a.run.at)
    return found.slice(0, most).map(({ slot, run }) => slot.runView(run))
  }

  /** How many there are. */
  async count(filter?: DeadLetterFilter): Promise<number> {
    const { slots, query } = this.#selection(checkOptions(filter, 'options', FILTER_KEYS))
    let count = 0
    for (const slot of slots) count += await (await slot.ready()).count(query)
    return count
  }

  /**
   * Starts dead letters again, with their attempts counted anew. All are looked up before the first is changed.
   *
   * @throws RunLookupError, CronwrightError (`RUN_STATE`) for a run that is no dead letter
   */
  requeue(id: string, options?: RequeueOptions): Promise<Run>
  requeue(ids: readonly string[], options?: RequeueOptions): Promise<Run[]>
  async requeue(ids: unknown, options?: unknown): Promise<Run | Run[]> {
    const { store, ...given } = checkOptions(options, 'options', ['store', 'input'])
    return this.#change(ids, store, 'be requeued', (slot, runs) => {
      const input = 'input' in given ? { value: slot.isolate(given['input'], '$.input') } : undefined
      return this.#restarting.restart(slot, runs, input)
    })
  }

  /**
   * Gives dead letters up: they end `cancelled` and go the way of all finished runs.
   *
   * @throws RunLookupError, CronwrightError (`RUN_STATE`) for a run that is no dead letter
   */
  discard(id: string, options?: DiscardOptions): Promise<Run>
  discard(ids: readonly string[], options?: DiscardOptions): Promise<Run[]>
  async discard(ids: unknown, options?: unknown): Promise<Run | Run[]> {
    const { store, note } = checkOptions(options, 'options', ['store', 'note'])
    const reason = note === undefined ? 'discarded' : checkText(note, 'options.note')
    return this.#change(ids, store, 'be discarded', (slot, runs) => this.#cancelling.cancel(slot, runs, reason))
  }

  #selection({ store, queue, jobId }: Readonly<Record<string, unknown>>) {
    return {
      slots: this.#kernel.storeSlots(store === undefined ? undefined : checkText(store, 'options.store')),
      query: {
        kind: 'run',
        states: WAITING_FOR_OPERATOR,
        queue: queue === undefined ? undefined : checkText(queue, 'options.queue'),
        jobId: jobId === undefined ? undefined : checkText(jobId, 'options.jobId'),
      } as const,
    }
  }

  async #change(ids: unknown, store: unknown, verb: string, step: Step): Promise<Run | Run[]> {
    const alias = store === undefined ? undefined : checkText(store, 'options.store')
    const isList = Array.isArray(ids)
    // Not map(), which leaves out holes.
    const wanted = isList
      ? Array.from(ids, (id: unknown, index) => checkText(id, `ids[${index}]`))
      : [checkText(ids, 'id')]
    const done = new Map<string, Run>()
    for (let left = new Set(wanted); left.size > 0; ) {
      const found = await this.#find([...left], alias)
      for (const { run } of found) checkWaiting(run, verb)
      for (const [slot, runs] of bySlot(found)) {
        for (const after of await step(slot, runs)) if (after !== undefined) done.set(after.id, slot.runView(after))
      }
      left = new Set([...left].filter((id) => !done.has(id)))
    }
    const views = wanted.map((id) => done.get(id)).filter((run) => run !== undefined)
    const [single] = views
    return isList || single === undefined ? views : single
  }

  /** @throws RunLookupError when one is in none of the stores */
  async #find(ids: readonly string[], alias: string | undefined): Promise<Found[]> {
    const found = new Map<string, Found>()
    for (const slot of this.#kernel.storeSlots(alias)) {
      const missing = ids.filter((id) => !found.has(id))
      const runs = await (await slot.ready()).get(missing.map((id) => ({ kind: 'run', id }) as const))
      for (const run of runs) if (run !== undefined) found.set(run.id, { slot, run })
    }
    const missing = ids.find((id) => !found.has(id))
    if (missing !== undefined) throw new RunLookupError(missing, alias)
    return [...found.values()]
  }
}

const FILTER_KEYS = ['store', 'queue', 'jobId'] as const satisfies readonly (keyof DeadLetterFilter)[]

function checkWaiting(run: RunRecord, verb: string): void {
  if (!WAITING_FOR_OPERATOR.some((state) => state === run.state)) throw wrongState(run, verb, 'dead or unknown')
}

function bySlot(found: readonly Found[]): Map<StoreSlot, RunRecord[]> {
  const runs = new Map<StoreSlot, RunRecord[]>()
  for (const { slot, run } of found) {
    const mine = runs.get(slot)
    if (mine === undefined) runs.set(slot, [run])
    else mine.push(run)
  }
  return runs
}
