/**
 * The access log: a JSON line for each request in `access.log`, older lines in `access-<instant>.log.gz`.
 *
 * Rotation may be cut short by a crash at any point: whatever was renamed and not yet compressed is compressed by the
 * next rotation, and until then read as it is.
 */

import { once } from 'node:events'
import { createReadStream, createWriteStream, type WriteStream } from 'node:fs'
import { readdir, readFile, rename, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip, gunzipSync } from 'node:zlib'

/** One request. */
export interface AccessEntry {
  /** When it came, epoch ms. */
  readonly at: number
  readonly method: string
  readonly path: string
  readonly status: number
  /** How long it took, milliseconds. */
  readonly ms: number
}

const CURRENT = 'access.log'
const ROTATED = /^(access-.+\.log)(\.gz)?$/
const UNCOMPRESSED = /^access-.+\.log$/

export class AccessLog {
  readonly #directory: string
  #stream: WriteStream
  /** Rotating and reading take turns: a file must not change its name while it is read. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(directory: string) {
    this.#directory = directory
    this.#stream = this.#open()
  }

  add(entry: AccessEntry): void {
    this.#stream.write(`${JSON.stringify(entry)}\n`)
  }

  /** Puts the lines so far into a compressed file. Gives the names of the files it made; none if nothing was logged. */
  rotate(): Promise<readonly string[]> {
    return this.#inTurn(async () => {
      const current = this.#path(CURRENT)
      if ((await stat(current)).size > 0) {
        // What is still on its way into the old file follows it to its new name.
        await rename(current, this.#path(`access-${new Date().toISOString().replaceAll(':', '-')}.log`))
        const full = this.#stream
        this.#stream = this.#open()
        await Promise.all([once(full.end(), 'finish'), once(this.#stream, 'open')])
      }
      const names = (await readdir(this.#directory)).filter((name) => UNCOMPRESSED.test(name))
      return Promise.all(names.map((name) => this.#compress(name)))
    })
  }

  /** The requests that came from `from` on and before `until`, epoch ms. */
  between(from: number, until: number): Promise<readonly AccessEntry[]> {
    return this.#inTurn(async () => {
      const entries: AccessEntry[] = []
      for (const name of await this.#files()) {
        const bytes = await readFile(this.#path(name))
        const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()
        entries.push(...text.split('\n').flatMap(entriesIn))
      }
      return entries.filter(({ at }) => at >= from && at < until)
    })
  }

  async close(): Promise<void> {
    await once(this.#stream.end(), 'finish')
  }

  /** The files of the log, each line in one of them only. */
  async #files(): Promise<string[]> {
    const files = new Map([[CURRENT, CURRENT]])
    for (const name of await readdir(this.#directory)) {
      const stem = ROTATED.exec(name)?.[1]
      // Where a crash left both, the uncompressed one is whole.
      if (stem !== undefined && files.get(stem) !== stem) files.set(stem, name)
    }
    return [...files.values()]
  }

  async #compress(name: string): Promise<string> {
    const path = this.#path(name)
    await pipeline(createReadStream(path), createGzip(), createWriteStream(`${path}.gz`))
    await unlink(path)
    return `${name}.gz`
  }

  #inTurn<T>(action: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(action)
    this.#turn = result.catch(() => undefined)
    return result
  }

  #open(): WriteStream {
    return createWriteStream(this.#path(CURRENT), { flags: 'a' })
  }

  #path(name: string): string {
    return join(this.#directory, name)
  }
}

/** The entry in a line; none in one that a crash cut off. */
function entriesIn(line: string): AccessEntry[] {
  try {
    return [JSON.parse(line)]
  } catch {
    return []
  }
}
