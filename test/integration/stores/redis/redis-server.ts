/** A Redis server that a test has for itself: to be killed, paused, started again on its data, and set up as it likes. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'

/** Where there is none, tests use the server that is given, which they cannot stop. */
export const HAS_SERVER = spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status === 0

export class RedisServer {
  readonly port: number
  readonly #folder = mkdtempSync(join(tmpdir(), 'cronwright-redis-'))
  readonly #settings: readonly string[]
  #process: ChildProcess | undefined

  private constructor(port: number, settings: readonly string[]) {
    this.port = port
    this.#settings = settings
  }

  static async start(...settings: readonly string[]): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), settings)
    await server.start()
    return server
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}/0`
  }

  /** Starts it, or starts it again on its data, and waits until it serves. */
  async start(): Promise<void> {
    const network = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.#folder]
    const data = ['--appendonly', 'yes', '--appendfsync', 'always', '--save', '']
    this.#process = spawn('redis-server', [...network, ...data, ...this.#settings], { stdio: 'ignore' })
    const admin = this.admin()
    await admin.ping()
    admin.disconnect()
  }

  /** A client that waits for the server as long as it takes. */
  admin(): Redis {
    const admin = new Redis(this.port, { maxRetriesPerRequest: null, retryStrategy: () => 50 })
    admin.on('error', () => undefined)
    return admin
  }

  async kill(): Promise<void> {
    const child = this.#process
    if (child === undefined) return
    const gone = once(child, 'exit')
    child.kill('SIGCONT')
    child.kill('SIGKILL')
    await gone
    this.#process = undefined
  }

  /** Neither answers nor closes a connection until it is resumed. */
  pause(): void {
    this.#process?.kill('SIGSTOP')
  }

  resume(): void {
    this.#process?.kill('SIGCONT')
  }

  async remove(): Promise<void> {
    await this.kill()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
