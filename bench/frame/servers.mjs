/** The servers of a run: started before the first section that needs one, described for the page, stopped at the end. */

import { provideServers, SERVERS } from '../../scripts/servers/index.mjs'
import { describeServer } from '../stores/index.mjs'
import { tellProcess } from './server-processor.mjs'

/** Children find the URLs in the environment, where the tests find them too. */
export class Servers {
  #provided = []
  /** Name -> version and durability, or why there is none. */
  #descriptions = new Map()

  /** @param {Iterable<string>} names - those that are known already are left as they are */
  async provide(names) {
    const missing = [...new Set(names)].filter((name) => !this.#descriptions.has(name))
    for (const name of missing) this.#descriptions.set(name, await this.#start(name))
  }

  isThere(name) {
    return process.env[SERVERS[name]?.variable] !== undefined
  }

  describe(names) {
    return [...new Set(names)].map((name) => this.#descriptions.get(name))
  }

  async stop() {
    for (const { stop } of this.#provided) await stop()
  }

  async #start(name) {
    if (!(name in SERVERS)) return `no ${name}: nothing is known of such a server`
    process.stderr.write(`starting ${name}\n`)
    const [provided] = await provideServers([name])
    this.#provided.push(provided)
    if (provided.url === undefined) return `no ${name}: ${provided.source}`
    process.env[provided.variable] = provided.url
    tellProcess(name, provided.server?.pid)
    const description = await describeServer(name)
    // The path of a program is that of this machine and says nothing to others.
    return provided.source.startsWith('/') ? description : `${description} (${provided.source})`
  }
}
