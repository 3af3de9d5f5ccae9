/**
 * The journal: what changed, so that other processes need not read everything again. Each multi adds an entry with what
 * it did to records (`journal-entry.ts`), as a sequential znode in a segment that this process alone writes. Readers follow
 * each segment by number (`followers.ts`).
 *
 * A segment is left when it is full, and also when the outcome of a multi is unknown: the rest of it is then followed
 * like another process's, which tells what became of that multi.
 */

import { systemClock } from '../../core/clock.ts'
import { randomId } from '../../core/random-id.ts'
import type { Operation } from './driver.ts'
import { entryData, lastEntryData } from './journal-codec.ts'
import type { Mention } from './journal-entry.ts'
import { sweepJournal } from './journal-sweep.ts'
import type { Paths } from './paths.ts'
import type { Server } from './server.ts'

/** A part of the journal that one process writes. */
export interface Segment {
  readonly name: string
  /** Number of the entry that will be next, as far as this process knows. */
  next: number
  /** Multis under way that write to it. */
  underWay: number
  isLeft: boolean
}

const ENTRIES_PER_SEGMENT = 1_000
const SWEEP_MS = 60_000

export class Journal {
  readonly #server: Server
  readonly #paths: Paths
  readonly #own = new Set<string>()
  #segment: Segment | undefined
  #opening: Promise<Segment> | undefined
  #openedAt = 0
  /** Monotonic. */
  #sweptAt = Number.NEGATIVE_INFINITY

  constructor(server: Server, paths: Paths) {
    this.#server = server
    this.#paths = paths
  }

  /** Whether a segment is one whose entries need not be read, because this process wrote them and knows their outcome. */
  isOwn(name: string): boolean {
    return this.#own.has(name)
  }

  /** The segment that the next multi writes to. */
  async segment(): Promise<Segment> {
    if (this.#segment !== undefined) return this.#segment
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined
    })
    return this.#opening
  }

  /** When the latest segment was made, by the server's clock: about now, for a process that just started. Epoch ms. */
  async openedAt(): Promise<number> {
    await this.segment()
    return this.#openedAt
  }

  /** The operation that adds an entry. */
  operation(segment: Segment, mentions: readonly Mention[], isNews: boolean): Operation {
    return { type: 'create', path: this.#entry(segment), data: entryData(mentions, isNews), isSequential: true }
  }

  /** An entry was written, under this path. */
  written(segment: Segment, path: string | undefined): void {
    segment.next = Math.max(segment.next, numberOf(path ?? '') + 1)
    if (segment.next >= ENTRIES_PER_SEGMENT) this.#leave(segment)
  }

  /** A multi on this segment has its reply. */
  release(segment: Segment): void {
    segment.underWay -= 1
    // Not before: readers stop at the last entry.
    if (segment.isLeft && segment.underWay === 0 && this.isOwn(segment.name)) void this.#end(segment)
  }

  /** The segment is gone: it was idle for so long that somebody removed it. */
  lost(segment: Segment): void {
    this.#own.delete(segment.name)
    this.#leave(segment)
  }

  /** The outcome of a multi is unknown. True when the segment has to be followed from `segment.next` on. */
  abandon(segment: Segment): boolean {
    this.#leave(segment)
    return this.#own.delete(segment.name)
  }

  /** Tells others that nothing more will come. */
  async close(): Promise<void> {
    const segment = this.#segment
    if (segment === undefined) return
    this.#leave(segment)
    if (segment.underWay === 0) await this.#end(segment)
  }

  #leave(segment: Segment): void {
    segment.isLeft = true
    if (this.#segment === segment) this.#segment = undefined
  }

  async #end(segment: Segment): Promise<void> {
    const entry: Operation = {
      type: 'create',
      path: this.#entry(segment),
      data: lastEntryData(),
      isSequential: true,
    }
    // A segment without an end is followed until it is removed; nothing more.
    await this.#server.multi([entry], () => undefined).catch(() => undefined)
  }

  async #open(): Promise<Segment> {
    const segment: Segment = { name: randomId(), next: 0, underWay: 0, isLeft: false }
    const path = `${this.#paths.journal}/${segment.name}`
    this.#own.add(segment.name)
    await this.#server.create(path)
    this.#openedAt = await this.#server.read(path, (znode) => znode?.createdAt ?? 0)
    this.#segment = segment
    if (systemClock.monotonic() - this.#sweptAt >= SWEEP_MS) {
      this.#sweptAt = systemClock.monotonic()
      void this.#sweep(this.#openedAt).catch(() => undefined)
    }
    return segment
  }

  /** Removes what nobody needs any more. @param now - by the server's clock */
  async #sweep(now: number): Promise<void> {
    const own = [...this.#own]
    const left = await sweepJournal(this.#server, this.#paths, now, (name) => name === this.#segment?.name)
    for (const name of own) if (!left.has(name)) this.#own.delete(name)
  }

  #entry({ name }: Segment): string {
    return `${this.#paths.journal}/${name}/${ENTRY_PREFIX}`
  }
}

const ENTRY_PREFIX = 'n'
const DIGITS = 10

/** Name of an entry: the server appends ten digits to the prefix. */
export function entryName(number: number): string {
  return `${ENTRY_PREFIX}${String(number).padStart(DIGITS, '0')}`
}

/** Number of an entry by its name or path. */
export function numberOf(path: string): number {
  return Number(path.slice(-DIGITS))
}
