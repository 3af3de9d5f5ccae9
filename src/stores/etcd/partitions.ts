/**
 * Which parts of the due index and of the lists there are. Writers say so when they write into one; readers ask together
 * with what they read from those that they know, and read again only from those that are new to them.
 */

import type { Connection, Operation, Snapshot } from './connection.ts'
import { endOf, partitionKey } from './keys.ts'
import type { RangeReply } from './replies.ts'

/** Ranges of index keys in one request; each has at most a page of them. */
const AT_ONCE = 16

export class Partitions {
  readonly #connection: Connection
  readonly #known = new Set<string>()

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** The partitions that there are below a prefix, in the order of their names. */
  async below(prefix: string): Promise<readonly string[]> {
    const { found } = await this.#connection.ranges([() => this.#directory(prefix)])
    this.#learn(found[0])
    return this.#list(prefix)
  }

  /**
   * Reads something from each of the partitions below a prefix, all as of one revision.
   *
   * @param choose - those of the partitions that matter, in the order in which they are wanted
   */
  async read(
    prefix: string,
    choose: (partitions: readonly string[]) => readonly string[],
    ask: (partition: string, revision: number) => Operation,
  ): Promise<{ readonly revision: number; readonly found: readonly (readonly [string, RangeReply])[] }> {
    const known = choose(this.#list(prefix))
    const first = await this.#ask([...known], ask, 0, this.#directory(prefix))
    const [directory, ...replies] = first.found
    this.#learn(directory)
    const found = new Map(known.map((partition, index) => [partition, replies[index]]))
    const all = choose(this.#list(prefix))
    const added = all.filter((partition) => !found.has(partition))
    const second = await this.#ask(added, ask, first.revision)
    for (const [index, partition] of added.entries()) found.set(partition, second.found[index])
    return {
      revision: first.revision,
      found: all.flatMap((partition): [string, RangeReply][] => {
        const reply = found.get(partition)
        return reply === undefined ? [] : [[partition, reply]]
      }),
    }
  }

  #ask(
    partitions: readonly string[],
    ask: (partition: string, revision: number) => Operation,
    revision: number,
    directory?: Operation,
  ): Promise<Snapshot> {
    const asks = partitions.map((partition) => (at: number) => ask(partition, at))
    return this.#connection.ranges(directory === undefined ? asks : [() => directory, ...asks], revision, AT_ONCE)
  }

  #directory(prefix: string): Operation {
    const start = partitionKey(prefix)
    return this.#connection.range(start, endOf(start), { keysOnly: true })
  }

  #learn(directory: RangeReply | undefined): void {
    const { length } = partitionKey('')
    for (const { key } of directory?.entries ?? []) this.#known.add(key.slice(length))
  }

  #list(prefix: string): readonly string[] {
    return [...this.#known].filter((partition) => partition.startsWith(prefix)).sort()
  }
}
