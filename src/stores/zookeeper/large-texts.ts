/**
 * Texts that are too long for a znode with other things: in parts, under a name of their own that the record refers to.
 * They are written before the record and removed after it, so a process that dies in between leaves parts that nobody
 * refers to; `sweep` removes them.
 */

import { randomId } from '../../core/random-id.ts'
import type { TextLimit } from '../encoded-job-store.ts'
import type { Paths } from './paths.ts'
import { eachOf, type Server } from './server.ts'
import type { StoredText, TextReference } from './znode.ts'

/** A longer text is not kept in its record's znode: renewals do not rewrite it, and memory does not hold it. */
const LONGEST_INLINE = 32_000
/** A request to the server must stay below 1 MiB (`jute.maxbuffer`). */
const PART_BYTES = 500_000
export const TEXT_LIMIT: TextLimit = {
  bytes: 16_000_000,
  because: 'ZooKeeper keeps everything in memory, on every server',
}
/** Younger ones may be about to get their record. */
const ORPHAN_MS = 600_000

/** A text that a record is about to refer to. */
export interface UnwrittenText {
  readonly reference: TextReference
  readonly data: Buffer
}

export class LargeTexts {
  readonly #server: Server
  readonly #paths: Paths

  constructor(server: Server, paths: Paths) {
    this.#server = server
    this.#paths = paths
  }

  /** What a record holds for this text; where it is long, it is noted among those that have to be written before. */
  stored(text: string, unwritten: UnwrittenText[]): StoredText {
    if (!isLong(text)) return text
    const data = Buffer.from(text)
    const reference: TextReference = { name: randomId(), parts: Math.ceil(data.length / PART_BYTES) }
    unwritten.push({ reference, data })
    return reference
  }

  async write(texts: readonly UnwrittenText[]): Promise<void> {
    await eachOf(texts, async ({ reference, data }) => {
      await this.#server.create(this.#path(reference))
      await eachOf([...this.#partsOf(reference).entries()], ([part, path]) =>
        this.#server.create(path, data.subarray(part * PART_BYTES, (part + 1) * PART_BYTES)),
      )
    })
  }

  /** The text; undefined when it is gone, because its record has another by now. */
  async read(stored: StoredText): Promise<string | undefined> {
    if (typeof stored === 'string') return stored
    const parts = await eachOf(this.#partsOf(stored), (path) => this.#server.read(path, (znode) => znode?.data))
    const found = parts.filter((part) => part !== undefined)
    return found.length < stored.parts ? undefined : Buffer.concat(found).toString('utf8')
  }

  async remove(references: readonly TextReference[]): Promise<void> {
    for (const reference of references) {
      await this.#server.remove([...this.#partsOf(reference), this.#path(reference)])
    }
  }

  /** Removes what no record refers to. @param now - by the server's clock */
  async sweep(referred: ReadonlySet<string>, now: number): Promise<void> {
    const names = (await this.#server.children(this.#paths.large)) ?? []
    for (const name of names) {
      if (referred.has(name)) continue
      const path = `${this.#paths.large}/${name}`
      const age = await this.#server.read(path, (znode) => (znode === undefined ? 0 : now - znode.createdAt))
      if (age < ORPHAN_MS) continue
      const parts = (await this.#server.children(path)) ?? []
      await this.#server.remove([...parts.map((part) => `${path}/${part}`), path])
    }
  }

  #path({ name }: TextReference): string {
    return `${this.#paths.large}/${name}`
  }

  #partsOf(reference: TextReference): readonly string[] {
    return Array.from({ length: reference.parts }, (_, part) => `${this.#path(reference)}/${part}`)
  }
}

/** Whether a text is long, as JSON too: a character takes six there at most. */
function isLong(text: string): boolean {
  if (text.length * 6 <= LONGEST_INLINE * 2) return false
  return text.length > LONGEST_INLINE || JSON.stringify(text).length > LONGEST_INLINE * 2
}
