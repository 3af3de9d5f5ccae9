/**
 * A line to the server that a test can break: refuse and cut connections, let them hang as a dead network does, or gather
 * replies as a busy one does. Each
 * test has its own, so that others on the server notice nothing.
 */

import { connect, createServer, type Server, type Socket } from 'node:net'

export class Line {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #mode: 'open' | 'refused' | 'silent' | 'deaf' | 'strange' = 'open'
  #gatherMs = 0
  #delayMs = 0
  #hasNotifications = true

  private constructor(host: string, port: number) {
    this.#server = createServer((client) => {
      if (this.#mode === 'refused') {
        client.destroy()
        return
      }
      const upstream = connect(port, host)
      this.#join(
        client,
        (data) => {
          if (this.#delayMs > 0) setTimeout(() => upstream.write(data), this.#delayMs)
          else upstream.write(data)
        },
        upstream,
      )
      const gathered: Buffer[] = []
      const deliver = (): void => void client.write(Buffer.concat(gathered.splice(0)))
      this.#join(
        upstream,
        (data) => {
          if (this.#mode === 'deaf') return
          const wanted = this.#hasNotifications ? data : withoutNotifications(data)
          if (gathered.push(this.#reply(wanted)) > 1) return
          if (this.#gatherMs > 0) setTimeout(deliver, this.#gatherMs)
          else deliver()
        },
        client,
      )
    })
  }

  /** @param url - of the server; its host list must be one host */
  static async to(url: string): Promise<Line> {
    const { hostname, port } = new URL(url)
    const line = new Line(hostname, Number(port))
    await new Promise<void>((resolve) => line.#server.listen(0, '127.0.0.1', resolve))
    return line
  }

  /** `host:port` of this end. */
  get address(): string {
    const address = this.#server.address()
    return typeof address === 'object' && address !== null ? `127.0.0.1:${address.port}` : ''
  }

  /** Breaks what is connected; more is taken. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  /** Breaks what is connected, and takes nothing more. */
  refuse(): void {
    this.#mode = 'refused'
    this.cut()
  }

  /** Nothing comes through in either direction, and nobody is told. */
  silence(): void {
    this.#mode = 'silent'
    for (const socket of this.#sockets) socket.pause()
  }

  /** Requests arrive, and replies are lost. */
  loseReplies(): void {
    this.#mode = 'deaf'
  }

  /** What the server sends within so many ms arrives at once. */
  gatherReplies(milliseconds: number): void {
    this.#gatherMs = milliseconds
  }

  /** Requests arrive so many ms late. */
  delayRequests(milliseconds: number): void {
    this.#delayMs = milliseconds
  }

  /** What watches saw is not told. */
  loseNotifications(): void {
    this.#hasNotifications = false
  }

  /** Replies have a code of error that the driver does not know. */
  makeStrange(): void {
    this.#mode = 'strange'
  }

  /** All is well again; what hung comes through late. */
  restore(): void {
    this.#mode = 'open'
    for (const socket of this.#sockets) socket.resume()
  }

  close(): void {
    this.cut()
    this.#server.close()
  }

  #reply(data: Buffer): Buffer {
    // Length, number of the request, transaction, code.
    if (this.#mode === 'strange' && data.length >= 20) data.writeInt32BE(-127, 16)
    return data
  }

  #join(from: Socket, onData: (data: Buffer) => void, to: Socket): void {
    this.#sockets.add(from)
    from.on('data', onData)
    from.on('error', () => undefined)
    from.on('close', () => {
      this.#sockets.delete(from)
      to.destroy()
    })
    if (this.#mode === 'silent') from.pause()
  }
}

/** Packets of the server but for those of watches, which have the number -1. Each must have come as a whole. */
function withoutNotifications(data: Buffer): Buffer {
  const kept: Buffer[] = []
  for (let start = 0; start < data.length; ) {
    const end = start + 4 + data.readInt32BE(start)
    if (data.readInt32BE(start + 4) !== -1) kept.push(data.subarray(start, end))
    start = end
  }
  return Buffer.concat(kept)
}
