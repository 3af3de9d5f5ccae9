/**
 * The connection: every call with a deadline, and a client that is replaced when it is of no use any more (its session
 * ended, or the server does not answer). It never sends while it is not connected: the driver would keep what it is
 * given and send it whenever it can.
 *
 * What a call does with its reply it does in `onReply`, within the driver's own handler. Replies of a session come in
 * the order of the server's history, so what is taken over there is always the newest that is known.
 */

import { systemClock, type TimerHandle } from '../../core/clock.ts'
import { property } from '../driver-edge.ts'
import { ConnectionProblem } from './connection-problem.ts'
import { CODE, codeOf, destroy, type ZooKeeperClient } from './driver.ts'

type Done = (error: unknown, reply?: unknown, stat?: unknown) => void

/** One call: how it is sent, and what is made of its reply. An error of the server goes to `receive` as well. */
export interface Call<T> {
  send(client: ZooKeeperClient, done: Done): void
  /** @throws whatever the call shall fail with */
  receive(error: unknown, reply: unknown, stat: unknown): T
}

export interface ConnectionListener {
  /** The connection broke: what was under way may have happened or not. */
  broken(): void
  /** It is there again, perhaps in another session: watches may be lost. */
  restored(): void
}

/** How long the driver may take to say good-bye to the server. */
const GOODBYE_MS = 1_000
/** The driver may be about to try once more when it is given up: that socket is closed as well. */
const LAST_SOCKET_MS = 1_500

export class Connection {
  readonly #newClient: (() => ZooKeeperClient) | undefined
  readonly #timeoutMs: number
  readonly #listener: ConnectionListener
  readonly #pending = new Set<(error: unknown) => void>()
  readonly #waiting = new Set<() => void>()
  #client: ZooKeeperClient
  #listeners: readonly (readonly [string, () => void])[] = []
  #isConnected = false
  #wasConnected = false
  #isClosed = false
  #refusal: ConnectionProblem | undefined

  /** @param client - the user's own, or how to make one */
  constructor(client: ZooKeeperClient | (() => ZooKeeperClient), timeoutMs: number, listener: ConnectionListener) {
    this.#timeoutMs = timeoutMs
    this.#listener = listener
    this.#newClient = typeof client === 'function' ? client : undefined
    this.#client = typeof client === 'function' ? client() : client
    this.#adopt()
  }

  get isConnected(): boolean {
    return this.#isConnected
  }

  /** Makes a call. Rejects when there is no connection, or no answer, within the deadline. */
  async call<T>(call: Call<T>): Promise<T> {
    if (!this.#isConnected) await this.#connected()
    const client = this.#client
    return new Promise<T>((resolve, reject) => {
      const fail = (error: unknown): void => {
        settle()
        reject(error)
      }
      const timer = systemClock.setTimer(() => {
        fail(new ConnectionProblem('the server did not answer in time'))
        this.#replace(client)
      }, this.#timeoutMs)
      const settle = this.#track(fail, timer)
      const done: Done = (error, reply, stat) => {
        // A reply that comes after the call was given up belongs to another time.
        if (!this.#pending.has(fail)) return
        settle()
        try {
          resolve(call.receive(error, reply, stat))
        } catch (problem) {
          reject(problem)
        }
      }
      try {
        call.send(client, done)
      } catch (error) {
        fail(error)
      }
    })
  }

  /** Ends the store's own session; the user's client is left as it is. Returns in any case. */
  async close(): Promise<void> {
    this.#isClosed = true
    const client = this.#client
    this.#release()
    this.#fail(new ConnectionProblem('the store is closing'))
    for (const retry of this.#waiting) retry()
    if (this.#newClient === undefined) return
    if (this.#isConnected) await saidGoodbye(client)
    else systemClock.setTimer(() => destroy(client), LAST_SOCKET_MS)
    destroy(client)
  }

  #track(fail: (error: unknown) => void, timer: TimerHandle): () => void {
    this.#pending.add(fail)
    return () => {
      timer.cancel()
      this.#pending.delete(fail)
    }
  }

  #adopt(): void {
    const listen = (event: string, listener: () => void): readonly [string, () => void] => {
      this.#client.on(event, listener)
      return [event, listener]
    }
    const client = this.#client
    this.#listeners = [
      listen('connected', () => this.#up()),
      listen('disconnected', () => this.#down()),
      listen('expired', () => this.#expired(client)),
      listen('authenticationFailed', () => this.#refused('authentication failed', CODE.authFailed)),
    ]
    if (this.#newClient !== undefined) client.connect()
    else if (property(client.getState(), 'name') === 'SYNC_CONNECTED') this.#up()
  }

  #release(): void {
    for (const [event, listener] of this.#listeners) this.#client.removeListener(event, listener)
    this.#listeners = []
  }

  #up(): void {
    this.#isConnected = true
    this.#refusal = undefined
    for (const retry of this.#waiting) retry()
    if (this.#wasConnected) this.#listener.restored()
    this.#wasConnected = true
  }

  #down(): void {
    if (!this.#isConnected) return
    this.#isConnected = false
    this.#listener.broken()
  }

  #expired(client: ZooKeeperClient): void {
    if (this.#newClient !== undefined) this.#replace(client)
    else this.#refused('the session of your client has expired', CODE.sessionExpired)
  }

  #refused(reason: string, code: number): void {
    this.#down()
    this.#refusal = new ConnectionProblem(reason, code)
    for (const retry of this.#waiting) retry()
  }

  /** Gives up a client that is of no use any more, unless that was done already. */
  #replace(client: ZooKeeperClient): void {
    if (this.#newClient === undefined || this.#isClosed || client !== this.#client) return
    this.#release()
    this.#down()
    this.#fail(new ConnectionProblem('the connection was given up'))
    destroy(client)
    systemClock.setTimer(() => destroy(client), LAST_SOCKET_MS)
    this.#client = this.#newClient()
    this.#adopt()
  }

  #fail(error: ConnectionProblem): void {
    for (const fail of [...this.#pending]) fail(error)
  }

  /** Resolves when there is a connection. */
  #connected(): Promise<void> {
    const client = this.#client
    return new Promise((resolve, reject) => {
      const finish = (error?: ConnectionProblem): void => {
        timer.cancel()
        this.#waiting.delete(retry)
        if (error === undefined) resolve()
        else reject(error)
      }
      const retry = (): void => {
        if (this.#isClosed) finish(new ConnectionProblem('the store is closing'))
        else if (this.#isConnected) finish()
        else if (this.#refusal !== undefined) finish(this.#refusal)
      }
      const timer = systemClock.setTimer(() => {
        finish(new ConnectionProblem('there is no connection to a server', CODE.connectionLoss))
        this.#replace(client)
      }, this.#timeoutMs)
      this.#waiting.add(retry)
      retry()
    })
  }
}

/** Asks the server to end the session, and waits a moment for it. */
function saidGoodbye(client: ZooKeeperClient): Promise<void> {
  return new Promise((resolve) => {
    const timer = systemClock.setTimer(resolve, GOODBYE_MS)
    client.on('disconnected', () => {
      timer.cancel()
      resolve()
    })
    client.close()
  })
}

/** Whether a call that failed so may have been carried out. */
export function isOutcomeUnknown(error: unknown): boolean {
  const code = codeOf(error)
  return error instanceof ConnectionProblem || code === CODE.connectionLoss || code === CODE.sessionExpired
}
