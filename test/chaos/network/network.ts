/** A proxy for each process between it and the one server of the store. */

import { TcpProxy } from './tcp-proxy.ts'
import { CLEAR, type Weather } from './weather.ts'

export class Network {
  readonly #proxies: ReadonlyMap<string, TcpProxy>
  readonly #url: string
  readonly #host: string

  private constructor(url: string, host: string, proxies: ReadonlyMap<string, TcpProxy>) {
    this.#url = url
    this.#host = host
    this.#proxies = proxies
  }

  /** @param url - of the store, with one server in it */
  static async between(url: string, processes: readonly string[]): Promise<Network> {
    const { hostname, port, host } = new URL(url)
    const target = { host: hostname, port: Number(port) }
    const proxies = new Map(processes.map((name) => [name, new TcpProxy(target)]))
    await Promise.all([...proxies.values()].map((proxy) => proxy.open()))
    return new Network(url, host, proxies)
  }

  /** The URL by which a process reaches the store. */
  urlOf(process: string): string {
    return this.#url.replace(this.#host, `127.0.0.1:${this.#proxies.get(process)?.port}`)
  }

  /** Lets weather come over the way of one process for so long. */
  async weather(process: string, weather: Weather, forMs: Promise<unknown>): Promise<void> {
    const proxy = this.#proxies.get(process)
    await proxy?.set(weather)
    await forMs
    await proxy?.set(CLEAR)
  }

  async close(): Promise<void> {
    await Promise.all([...this.#proxies.values()].map((proxy) => proxy.close()))
  }
}
