/** The server's calls as functions of values: what is read, what is made, and several changes at once or not at all. */

import { property } from '../driver-edge.ts'
import { Connection, type ConnectionListener } from './connection.ts'
import { ANY_VERSION, CODE, codeOf, type Operation, sendMulti, type ZooKeeperClient } from './driver.ts'

/** What a znode holds. */
export interface Znode {
  readonly data: Buffer
  readonly version: number
  /** When it was made, by the server's clock. Epoch ms. */
  readonly createdAt: number
}

/** What became of a multi: the paths of what was created, by operation; or which operation was refused, and why. */
export type MultiReply =
  | { readonly isDone: true; readonly paths: readonly (string | undefined)[] }
  | { readonly isDone: false; readonly failedAt: number; readonly code: number }

const nothing = (): void => undefined
/** Reads under way at a time: enough to fill the line, and few enough for the driver, which takes replies one within the other. */
const READS_AT_A_TIME = 128

export class Server {
  readonly #connection: Connection
  readonly #permissions: readonly unknown[]

  constructor(
    client: ZooKeeperClient | (() => ZooKeeperClient),
    permissions: readonly unknown[],
    timeoutMs: number,
    listener: ConnectionListener,
  ) {
    this.#connection = new Connection(client, timeoutMs, listener)
    this.#permissions = permissions
  }

  get isConnected(): boolean {
    return this.#connection.isConnected
  }

  /** What `onReply` makes of a znode, or of undefined where there is none. */
  read<T>(path: string, onReply: (znode: Znode | undefined) => T): Promise<T> {
    return this.#connection.call({
      send: (client, done) => client.getData(path, done),
      receive: (error, data, stat) => {
        if (codeOf(error) === CODE.noNode) return onReply(undefined)
        if (error) throw error
        return onReply({
          data: Buffer.isBuffer(data) ? data : Buffer.alloc(0),
          version: Number(property(stat, 'version')),
          createdAt: millisecondsOf(property(stat, 'ctime')),
        })
      },
    })
  }

  /** Names of a znode's children; undefined where there is no such znode. */
  children(path: string, watcher?: () => void): Promise<readonly string[] | undefined> {
    return this.#connection.call({
      send: (client, done) => {
        if (watcher !== undefined) client.getChildren(path, watcher, done)
        else Reflect.apply(client.getChildren, client, [path, done])
      },
      receive: (error, names) => {
        if (codeOf(error) === CODE.noNode) return undefined
        if (error) throw error
        return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : []
      },
    })
  }

  /**
   * Calls `onReply` with whether there is such a znode; if not, `watcher` is called once when there is, unless the session
   * ends before. It may be called right after `onReply`, before anything that waited for the reply goes on.
   */
  exists(path: string, watcher: () => void, onReply: (isThere: boolean) => void): Promise<void> {
    return this.#connection.call({
      send: (client, done) => client.exists(path, watcher, done),
      receive: (error, stat) => {
        if (error) throw error
        onReply(stat !== null && stat !== undefined)
      },
    })
  }

  /** Whether the znode was made: false where it was there already. */
  async create(path: string, data: Buffer = Buffer.alloc(0)): Promise<boolean> {
    const reply = await this.multi([{ type: 'create', path, data }], nothing)
    if (reply.isDone) return true
    if (reply.code === CODE.nodeExists) return false
    throw new Refusal(reply.code, path)
  }

  /** Makes a znode and all above it. */
  async createAll(path: string): Promise<void> {
    const names = path.split('/').slice(1)
    for (const index of names.keys()) {
      const ancestor = `/${names.slice(0, index + 1).join('/')}`
      // Reading may be allowed where creating is not.
      if (!(await this.read(ancestor, (znode) => znode !== undefined))) await this.create(ancestor)
    }
  }

  /** Removes znodes, all or none; those that are gone, or have children, are no error. */
  async remove(paths: readonly string[]): Promise<void> {
    if (paths.length === 0) return
    const reply = await this.multi(
      paths.map((path) => ({ type: 'remove', path, version: ANY_VERSION })),
      nothing,
    )
    if (reply.isDone || reply.code === CODE.noNode || reply.code === CODE.notEmpty) return
    throw new Refusal(reply.code, paths[reply.failedAt] ?? '')
  }

  /** All the operations, or none. */
  multi(operations: readonly Operation[], onReply: (reply: MultiReply) => void): Promise<MultiReply> {
    return this.#connection.call({
      send: (client, done) => sendMulti(client, operations, this.#permissions, done),
      receive: (error, results) => {
        const reply = multiReply(error, Array.isArray(results) ? results : undefined)
        onReply(reply)
        return reply
      },
    })
  }

  close(): Promise<void> {
    return this.#connection.close()
  }
}

/** The server refuses an operation. */
export class Refusal extends Error {
  readonly code: number

  constructor(code: number, path: string) {
    super(`the server refuses ${path} (${nameOf(code)})`)
    this.name = 'Refusal'
    this.code = code
  }
}

/** Does `work` for each item, a bounded number of them at a time. Results in order. */
export async function eachOf<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    for (;;) {
      const index = next
      const item = items[index]
      if (index >= items.length || item === undefined) return
      next += 1
      results[index] = await work(item)
    }
  }
  await Promise.all(Array.from({ length: Math.min(READS_AT_A_TIME, items.length) }, worker))
  return results
}

function multiReply(error: unknown, results: readonly unknown[] | undefined): MultiReply {
  if (!error && results !== undefined) {
    return { isDone: true, paths: results.map((result) => textOf(property(result, 'path'))) }
  }
  // Operations before the refused one have the code 0, those behind it another.
  const failedAt = results?.findIndex((result) => Number(property(result, 'err') ?? 0) !== 0) ?? -1
  if (failedAt < 0) throw error
  return { isDone: false, failedAt, code: Number(property(results?.[failedAt], 'err')) }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** The driver gives long integers as 8 bytes. */
function millisecondsOf(value: unknown): number {
  return Buffer.isBuffer(value) && value.length === 8 ? Number(value.readBigInt64BE()) : Number.NaN
}

function nameOf(code: number): string {
  return Object.entries(CODE).find(([, known]) => known === code)?.[0] ?? `code ${code}`
}
