/**
 * Commands on a client, each with a deadline: during an outage they fail at once, and nothing is sent again, because a
 * change that was applied already would be refused the second time.
 */

import { systemClock, type TimerHandle } from '../../core/clock.ts'
import { property } from '../driver-edge.ts'
import type { RedisClient } from './driver.ts'
import type { Script } from './script.ts'

export class Connection {
  readonly #client: RedisClient
  readonly #isOwn: boolean
  readonly #timeoutMs: number
  /** The beginning of every key. */
  readonly #root: string
  #lastError: Error | undefined

  constructor(client: RedisClient, isOwn: boolean, timeoutMs: number, root: string) {
    this.#client = client
    this.#isOwn = isOwn
    this.#timeoutMs = timeoutMs
    this.#root = root
    // Unheard, an error would be printed by the driver. Those of the user's client are the user's.
    if (!isOwn) return
    client.on('error', (error) => {
      this.#lastError = bareError(error)
    })
  }

  /** Waits until the client is ready. Its own fails at the first error; the user's may be on its way. */
  async open(): Promise<void> {
    const { status } = this.#client
    if (status === 'ready') return
    let leave = (): void => undefined
    const ready = new Promise<void>((resolve, reject) => {
      const onReady = (): void => resolve()
      const onEnd = (): void => reject(this.#notConnected())
      const ends = this.#isOwn ? ['close', 'end'] : ['end']
      this.#client.on('ready', onReady)
      for (const event of ends) this.#client.on(event, onEnd)
      leave = () => {
        this.#client.off('ready', onReady)
        for (const event of ends) this.#client.off(event, onEnd)
      }
      if (status === 'end') onEnd()
    })
    // What it rejects with is told by the events.
    if (status === 'wait') void this.#client.connect().catch(() => undefined)
    try {
      await this.#inTime(ready)
    } finally {
      leave()
    }
    // The driver tells that it could not select the database, and goes on in another.
    if (this.#lastError !== undefined) throw this.#lastError
  }

  /**
   * Runs a script that the server may or may not know yet.
   *
   * @param names - of records that it gets as keys
   */
  async run(script: Script, values: readonly (string | number)[], names: readonly string[] = []): Promise<unknown> {
    const given = [names.length + 1, this.#root, ...names.map((name) => this.#root + name), ...values]
    try {
      return await this.#call('evalsha', [script.hash, ...given])
    } catch (error) {
      // After SCRIPT FLUSH, a restart or a fail-over. Nothing of it has been done.
      if (!(error instanceof Error) || !error.message.includes('NOSCRIPT')) throw error
      return this.#call('eval', [script.text, ...given])
    }
  }

  /** A command on one key of the store. */
  onKey(command: string, key: string, ...values: readonly string[]): Promise<unknown> {
    return this.#call(command, [this.#root + key, ...values])
  }

  /** A command on the server. */
  onServer(command: string, ...values: readonly string[]): Promise<unknown> {
    return this.#call(command, [...values])
  }

  /** Ends its own client. Returns at once: what is under way was given up by those who asked for it. */
  close(): void {
    if (this.#isOwn) this.#client.disconnect()
  }

  async #call(command: string, values: (string | number)[]): Promise<unknown> {
    if (this.#client.status !== 'ready') throw this.#notConnected()
    try {
      return await this.#inTime(this.#client.call(command, values))
    } catch (error) {
      throw bareError(error)
    }
  }

  #notConnected(): Error {
    const reason = this.#lastError === undefined ? this.#client.status : this.#lastError.message
    return new Error(`no connection to the server: ${reason}`)
  }

  async #inTime<T>(answer: Promise<T>): Promise<T> {
    let timer: TimerHandle | undefined
    const late = new Promise<never>((_resolve, reject) => {
      timer = systemClock.setTimer(() => {
        // The connection may be half open. Another one tells.
        if (this.#isOwn) this.#client.disconnect(true)
        reject(new Error(`no answer within ${this.#timeoutMs} ms`))
      }, this.#timeoutMs)
    })
    try {
      return await Promise.race([answer, late])
    } finally {
      timer?.cancel()
    }
  }
}

/** An error without the command that caused it, which holds inputs of jobs, or the password. */
function bareError(error: unknown): Error {
  const message = error instanceof Error ? error.message : String(error)
  const bare = new Error(message.replace(/, with args beginning with: .*/s, ''))
  const code = property(error, 'code')
  return typeof code === 'string' ? Object.assign(bare, { code }) : bare
}
