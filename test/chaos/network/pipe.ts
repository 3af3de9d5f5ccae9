/** One direction of a proxied connection: chunks in order, each treated as the weather is when its turn comes. */

import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Weather } from './weather.ts'

export interface PipeOptions {
  readonly weather: () => Weather
  readonly random: () => number
  /** Whether it carries what the server says. */
  readonly isReply: boolean
  /** Breaks the connection. */
  readonly reset: () => void
}

/** Bytes that are kept before the sender has to wait. */
const MOST_WAITING = 1024 * 1024
/** Bytes sent one by one in a turn of the event loop. */
const SINGLE_BYTES = 16
/** Between the arrival of a reply that is cut and the reset, so that what the server does is done. */
const CUT_AFTER_MS = 20

export class Pipe {
  readonly #from: Socket
  readonly #to: Socket
  readonly #options: PipeOptions
  readonly #waiting: Buffer[] = []
  #waitingBytes = 0
  #isPumping = false
  #hasEnded = false
  #isStopped = false
  #onChange: (() => void) | undefined

  constructor(from: Socket, to: Socket, options: PipeOptions) {
    this.#from = from
    this.#to = to
    this.#options = options
    from.on('data', (chunk: Buffer) => this.#take(chunk))
    from.on('end', () => {
      this.#hasEnded = true
      this.#start()
    })
  }

  /** What waits behind a black hole is looked at again. */
  weatherChanged(): void {
    this.#onChange?.()
  }

  stop(): void {
    this.#isStopped = true
    this.#waiting.length = 0
    this.#onChange?.()
  }

  #take(chunk: Buffer): void {
    if (this.#isStopped) return
    this.#waiting.push(chunk)
    this.#waitingBytes += chunk.length
    if (this.#waitingBytes > MOST_WAITING) this.#from.pause()
    this.#start()
  }

  #start(): void {
    if (this.#isPumping || this.#isStopped) return
    this.#isPumping = true
    void this.#pump().finally(() => {
      this.#isPumping = false
    })
  }

  async #pump(): Promise<void> {
    for (;;) {
      const chunk = this.#waiting[0]
      if (this.#isStopped) return
      if (chunk === undefined) {
        if (this.#hasEnded) this.#to.end()
        return
      }
      const weather = this.#options.weather()
      if (weather.kind === 'blackhole') {
        await this.#change()
        continue
      }
      if (weather.kind === 'reset' || weather.kind === 'refuse') return this.#options.reset()
      if (weather.kind === 'cut-reply' && this.#options.isReply) {
        await sleep(CUT_AFTER_MS)
        return this.#options.reset()
      }
      this.#waiting.shift()
      this.#waitingBytes -= chunk.length
      if (this.#from.isPaused() && this.#waitingBytes <= MOST_WAITING) this.#from.resume()
      await this.#pass(chunk, weather)
    }
  }

  /** Resolves when the weather changes, or the pipe stops. */
  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#onChange = () => {
        this.#onChange = undefined
        resolve()
      }
    })
  }

  async #pass(chunk: Buffer, weather: Weather): Promise<void> {
    switch (weather.kind) {
      case 'delay':
        await sleep(Math.max(0, weather.ms + (this.#options.random() * 2 - 1) * weather.jitterMs))
        return this.#write(chunk)
      case 'throttle':
        await sleep((chunk.length * 1_000) / weather.bytesPerSecond)
        return this.#write(chunk)
      case 'split':
        return this.#writeSingly(chunk)
      default:
        return this.#write(chunk)
    }
  }

  async #writeSingly(chunk: Buffer): Promise<void> {
    for (let at = 0; at < chunk.length && !this.#isStopped; at += 1) {
      await this.#write(chunk.subarray(at, at + 1))
      if (at % SINGLE_BYTES === SINGLE_BYTES - 1) await sleep(0)
    }
  }

  async #write(chunk: Buffer): Promise<void> {
    if (this.#isStopped || this.#to.destroyed) return
    if (this.#to.write(chunk)) return
    await new Promise<void>((resolve) => {
      this.#to.once('drain', resolve)
      this.#to.once('close', resolve)
    })
  }
}
