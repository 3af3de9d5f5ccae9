/** The service as a child process: starts it, listens to it, asks it, ends it. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { fieldsOf, instant, type RunLine, readRunLine, text } from './readings.ts'

const SERVER = fileURLToPath(new URL('../service/server.ts', import.meta.url))

/** What the service says when it is up. */
interface Started {
  readonly url: string
  /** When its scheduler began, epoch ms. */
  readonly startedAt: number
}

export class ServiceProcess {
  readonly url: string
  readonly startedAt: number
  readonly #child: ChildProcess
  readonly #ended: Promise<number | null>

  private constructor(child: ChildProcess, ended: Promise<number | null>, { url, startedAt }: Started) {
    this.#child = child
    this.#ended = ended
    this.url = url
    this.startedAt = startedAt
  }

  /**
   * Starts the service and waits until it is up.
   *
   * @param onRun - called for each run that ends
   * @throws Error when it does not come up
   */
  static async start(environment: NodeJS.ProcessEnv, onRun: (line: RunLine) => void): Promise<ServiceProcess> {
    const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), SERVER], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = once(child, 'exit').then(() => child.exitCode)
    const started = await new Promise<Started>((resolve, reject) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        if (!line.startsWith('{')) return
        const fields = fieldsOf(JSON.parse(line))
        const event = text(fields, 'event')
        if (event === 'started') resolve({ url: text(fields, 'url'), startedAt: instant(fields, 'startedAt') })
        if (event.startsWith('run:')) onRun(readRunLine(fields))
      })
      void ended.then((code) => reject(new Error(`the service ended with code ${code} before it was up`)))
    })
    return new ServiceProcess(child, ended, started)
  }

  /** @throws Error when the service refuses */
  async ask(method: 'GET' | 'POST', path: string, parameters: Readonly<Record<string, string>> = {}): Promise<unknown> {
    const response = await fetch(`${this.url}${path}?${new URLSearchParams(parameters)}`, { method })
    const body: unknown = await response.json()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(body)}`)
    return body
  }

  /** Ends it; resolves with its exit code, null if the signal ended it. Does nothing more if it has ended already. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    this.#child.kill(signal)
    return await this.#ended
  }
}
