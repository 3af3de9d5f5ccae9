/**
 * Follows what other processes write to the journal, and reads those records of which it does not tell enough. Asked
 * before every question to the index, so that an answer is as fresh as the server; woken by watches, which are a hint and no more.
 */

import { systemClock } from '../../core/clock.ts'
import type { RecordKey } from '../../jobs/record.ts'
import { entryName, type Journal, numberOf, type Segment } from './journal.ts'
import { entryFrom } from './journal-codec.ts'
import type { JournalEntry, Mention } from './journal-entry.ts'
import { KEPT_MS } from './journal-sweep.ts'
import { keyText, type Paths } from './paths.ts'
import type { Records } from './records.ts'
import { eachOf, type Server } from './server.ts'

/** Where this process is in the segment of another. */
interface Tail {
  next: number
  /** The number whose coming is watched; -1 for none. */
  watched: number
}

/** Entries read at a time: one that may be new and the one behind it, or more where there are many. */
const SMALLEST_WINDOW = 2
const LARGEST_WINDOW = 64

export class Followers {
  readonly #server: Server
  readonly #paths: Paths
  readonly #journal: Journal
  readonly #records: Records
  readonly #onNews: () => void
  readonly #tails = new Map<string, Tail>()
  readonly #ended = new Set<string>()
  #isListWatched = false
  #running: Promise<void> | undefined
  #queued: Promise<void> | undefined
  #isStopped = false
  /** Changed elsewhere and not read yet: kept when reading fails. */
  readonly #changed = new Map<string, RecordKey>()
  #isNews = false
  #isDoubted = false
  /** Monotonic: since when the index is known to have been up to date. */
  #currentAt = Number.NEGATIVE_INFINITY

  /** @param onNews - called when another process told of something to do */
  constructor(server: Server, paths: Paths, journal: Journal, records: Records, onNews: () => void) {
    this.#server = server
    this.#paths = paths
    this.#journal = journal
    this.#records = records
    this.#onNews = onNews
  }

  /** Reads everything, and goes on from there. @returns names of all long texts */
  async reload(): Promise<ReadonlySet<string>> {
    const startedAt = systemClock.monotonic()
    this.#tails.clear()
    for (const name of (await this.#server.children(this.#paths.journal)) ?? []) {
      if (!this.#journal.isOwn(name)) await this.#findEnd(name)
    }
    const texts = await this.#records.load()
    this.#currentAt = startedAt
    return texts
  }

  /** Brings the index up to what the server had when this was called. */
  catchUp(): Promise<void> {
    if (this.#queued !== undefined) return this.#queued
    if (this.#running === undefined) return this.#run()
    // The one under way may have asked too early.
    const next = (): Promise<void> => this.#run()
    this.#queued = this.#running.then(next, next)
    return this.#queued
  }

  /** The same, whatever is thought to be watched. */
  lookAgain(): Promise<void> {
    this.#isDoubted = true
    return this.catchUp()
  }

  /** A segment of this process whose outcome is unknown from `next` on. */
  follow({ name, next }: Segment): void {
    this.#tails.set(name, { next, watched: -1 })
  }

  /** Watches were lost with the connection. */
  reconnected(): void {
    this.#isListWatched = false
    for (const tail of this.#tails.values()) tail.watched = -1
    this.#woken()
  }

  stop(): void {
    this.#isStopped = true
  }

  /** From here on a segment will be followed, unless its writer has left it. */
  async #findEnd(name: string): Promise<void> {
    const path = `${this.#paths.journal}/${name}`
    const numbers = ((await this.#server.children(path)) ?? []).map(numberOf)
    const latest = Math.max(-1, ...numbers)
    const entry = latest < 0 ? undefined : await this.#entry(path, latest)
    if (entry?.isLast === true) this.#ended.add(name)
    else this.#tails.set(name, { next: latest + 1, watched: -1 })
  }

  #entry(path: string, number: number): Promise<JournalEntry | undefined> {
    return this.#server.read(`${path}/${entryName(number)}`, (znode) => znode && entryFrom(znode.data))
  }

  #run(): Promise<void> {
    this.#queued = undefined
    const run = this.#follow().finally(() => {
      if (this.#running === run) this.#running = undefined
    })
    this.#running = run
    return run
  }

  async #follow(): Promise<void> {
    if (systemClock.monotonic() - this.#currentAt > KEPT_MS / 2) await this.reload()
    const startedAt = systemClock.monotonic()
    const isDoubted = this.#isDoubted
    this.#isDoubted = false
    if (!isDoubted && (await this.#isCurrent())) {
      this.#currentAt = startedAt
      this.#records.caughtUp()
      return
    }
    const known = [...this.#tails.keys()]
    const [names] = await Promise.all([this.#segments(), ...known.map((name) => this.#tail(name))])
    for (const name of known) if (!names.has(name)) this.#tails.delete(name)
    for (const name of this.#ended) if (!names.has(name)) this.#ended.delete(name)
    const added = [...names].filter((name) => !this.#isKnown(name))
    for (const name of added) this.#tails.set(name, { next: 0, watched: -1 })
    await Promise.all(added.map((name) => this.#tail(name)))
    await this.#records.readAll([...this.#changed.values()])
    this.#changed.clear()
    this.#currentAt = startedAt
    this.#records.caughtUp()
    if (!this.#isNews) return
    this.#isNews = false
    this.#onNews()
  }

  /**
   * Whether nothing was written that this process has not read. Where all that may come is watched, one reply tells: the
   * server sends what its watches saw before the replies to what it was asked later.
   */
  async #isCurrent(): Promise<boolean> {
    if (!this.#isAllWatched()) return false
    await this.#server.read(this.#paths.journal, () => undefined)
    return this.#isAllWatched()
  }

  #isAllWatched(): boolean {
    if (!this.#isListWatched || this.#changed.size > 0) return false
    for (const { next, watched } of this.#tails.values()) if (watched !== next) return false
    return true
  }

  async #segments(): Promise<ReadonlySet<string>> {
    const isWatched = this.#isListWatched
    this.#isListWatched = true
    const watcher = (): void => {
      this.#isListWatched = false
      this.#woken()
    }
    try {
      return new Set(await this.#server.children(this.#paths.journal, isWatched ? undefined : watcher))
    } catch (error) {
      this.#isListWatched = false
      throw error
    }
  }

  #isKnown(name: string): boolean {
    return this.#tails.has(name) || this.#ended.has(name) || this.#journal.isOwn(name)
  }

  /** Reads the entries of a segment that are new. */
  async #tail(name: string): Promise<void> {
    const tail = this.#tails.get(name)
    if (tail === undefined) return
    const path = `${this.#paths.journal}/${name}`
    for (let window = SMALLEST_WINDOW; ; window = Math.min(window * 2, LARGEST_WINDOW)) {
      const numbers = Array.from({ length: window }, (_, index) => tail.next + index)
      const entries = await eachOf(numbers, (number) => this.#entry(path, number))
      for (const entry of entries) {
        if (entry === undefined) break
        tail.next += 1
        this.#isNews ||= entry.isNews
        for (const mention of entry.mentions) this.#takeIn(mention)
        if (entry.isLast) {
          this.#tails.delete(name)
          this.#ended.add(name)
          return
        }
      }
      if (entries.includes(undefined)) break
    }
    // Nobody waits for it: what comes before it is watched is found by asking.
    if (tail.watched !== tail.next) void this.#watch(path, tail).catch(() => undefined)
  }

  /** What the entry itself does not tell is read, when all entries are there. */
  #takeIn(mention: Mention): void {
    const name = keyText(mention)
    if (this.#changed.has(name) || this.#records.takeIn(mention)) return
    this.#changed.set(name, { kind: mention.kind, id: mention.id })
  }

  /** Asks to be told of the next entry. */
  async #watch(path: string, tail: Tail): Promise<void> {
    const { next } = tail
    const cameLater = (): void => {
      tail.watched = -1
      this.#woken()
    }
    await this.#server.exists(`${path}/${entryName(next)}`, cameLater, (isThere) => {
      if (isThere) this.#woken()
      else if (tail.next === next) tail.watched = next
    })
  }

  /** What fails here fails again for the next who asks, who is told. */
  #woken(): void {
    if (!this.#isStopped) void this.catchUp().catch(() => undefined)
  }
}
