/**
 * A TCP proxy on loopback between one process and one server, with {@link Weather} that can change at any time. It knows
 * no protocol. Each connection is a pair of {@link Pipe}s; weather that breaks connections breaks those of that moment.
 */

import { connect, createServer, type Server, type Socket } from 'node:net'
import { breakOff } from './break-off.ts'
import { Pipe } from './pipe.ts'
import { CLEAR, type Weather } from './weather.ts'

/** Where a server listens. */
export interface Address {
  readonly host: string
  readonly port: number
}

interface Pair {
  readonly client: Socket
  readonly server: Socket
  readonly up: Pipe
  readonly down: Pipe
}

export class TcpProxy {
  readonly #target: Address
  readonly #pairs = new Set<Pair>()
  readonly #random: () => number
  #server: Server | undefined
  #port = 0
  #weather: Weather = CLEAR

  /** @param random - in [0, 1): decides jitter */
  constructor(target: Address, random: () => number = Math.random) {
    this.#target = target
    this.#random = random
  }

  /** The port on 127.0.0.1 on which it listens, the same for all its life. */
  get port(): number {
    return this.#port
  }

  get connections(): number {
    return this.#pairs.size
  }

  async open(): Promise<void> {
    await this.#listen()
  }

  /** Changes what happens from now on, to connections that are open too. */
  async set(weather: Weather): Promise<void> {
    const before = this.#weather
    this.#weather = weather
    // A connection through a black hole has lost bytes; who comes out of it is told.
    if (before.kind === 'blackhole' || weather.kind === 'reset' || weather.kind === 'refuse') this.#resetAll()
    if (weather.kind === 'refuse') await this.#stopListening()
    else if (this.#server === undefined) await this.#listen()
    for (const { up, down } of this.#pairs) for (const pipe of [up, down]) pipe.weatherChanged()
  }

  async close(): Promise<void> {
    this.#resetAll()
    await this.#stopListening()
  }

  #listen(): Promise<void> {
    const server = createServer({ noDelay: true }, (client) => this.#join(client))
    this.#server = server
    return new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen(this.#port, '127.0.0.1', () => {
        server.off('error', reject)
        const address = server.address()
        if (typeof address === 'object' && address !== null) this.#port = address.port
        resolve()
      })
    })
  }

  async #stopListening(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    if (server === undefined) return
    await new Promise<void>((resolve) => server.close(() => resolve()))
  }

  #join(client: Socket): void {
    const server = connect({ ...this.#target, noDelay: true })
    const weather = (): Weather => this.#weather
    const reset = (): void => this.#reset(pair)
    const up = new Pipe(client, server, { weather, random: this.#random, isReply: false, reset })
    const down = new Pipe(server, client, { weather, random: this.#random, isReply: true, reset })
    const pair: Pair = { client, server, up, down }
    this.#pairs.add(pair)
    for (const socket of [client, server]) {
      socket.on('error', reset)
      socket.on('close', () => {
        if (client.destroyed && server.destroyed) this.#pairs.delete(pair)
      })
    }
  }

  #resetAll(): void {
    for (const pair of this.#pairs) this.#reset(pair)
  }

  /** Both ends see RST rather than an end. */
  #reset(pair: Pair): void {
    this.#pairs.delete(pair)
    for (const pipe of [pair.up, pair.down]) pipe.stop()
    for (const socket of [pair.client, pair.server]) if (!socket.destroyed) breakOff(socket)
  }
}
