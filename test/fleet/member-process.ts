/** One process of a fleet, as its parent has it: one life after the other under the same name. */

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { FaultLog } from './fault-log.ts'
import type { MemberSettings, Order } from './orders.ts'

const PROGRAM = fileURLToPath(new URL('./member.ts', import.meta.url))

export class MemberProcess {
  readonly name: string
  readonly #settings: Omit<MemberSettings, 'process' | 'boot'>
  readonly #faults: FaultLog
  /** Called when it has ended by itself; that is noted as a crash. */
  onDeath: () => void = () => undefined
  #boots = 0
  #child: ChildProcess | undefined
  /** Notes that it is back, after it was killed. */
  #endAbsence: () => void = () => undefined

  constructor(name: string, settings: Omit<MemberSettings, 'process' | 'boot'>, faults: FaultLog) {
    this.name = name
    this.#settings = settings
    this.#faults = faults
  }

  /** Starts it; resolves when its scheduler has started. @throws Error when it ends before that */
  async start(): Promise<void> {
    this.#boots += 1
    const settings: MemberSettings = { ...this.#settings, process: this.name, boot: this.#boots }
    const child = fork(PROGRAM, [JSON.stringify(settings)], { execArgv: ['--import', 'tsx'] })
    this.#child = child
    const ended = once(child, 'exit').then(() => 'ended')
    if ((await Promise.race([once(child, 'message'), ended])) === 'ended') {
      this.#child = undefined
      throw new Error(`${this.name} ended before its scheduler had started`)
    }
    this.#endAbsence()
    void ended.then(() => {
      if (this.#child !== child) return
      this.#away()
      this.onDeath()
    })
  }

  /** Kills it without a warning. It is away until it is started again. */
  async kill(): Promise<void> {
    const child = this.#alive()
    const ended = once(child, 'exit')
    this.#away()
    child.kill('SIGKILL')
    await ended
  }

  /** Stops it as it is: it is not asked, and knows nothing of it. */
  freeze(): void {
    this.#alive().kill('SIGSTOP')
  }

  thaw(): void {
    this.#alive().kill('SIGCONT')
  }

  /** Has its scheduler shut down. @throws Error when the process then fails */
  async shutDown(graceMs: number): Promise<void> {
    const child = this.#alive()
    const ended = once(child, 'exit')
    this.#child = undefined
    child.send({ order: 'shutdown', graceMs } satisfies Order)
    const [code, signal]: (number | string | null)[] = await ended
    if (code !== 0) throw new Error(`${this.name} ended with ${code ?? signal}`)
  }

  /** Ends it, whatever it does. */
  end(): void {
    this.#child?.kill('SIGKILL')
  }

  get isUp(): boolean {
    return this.#child !== undefined
  }

  #away(): void {
    this.#child = undefined
    this.#endAbsence = this.#faults.begin('crash', this.name)
  }

  /** @throws Error when it has ended, for no reason that is known here */
  #alive(): ChildProcess {
    const child = this.#child
    if (child === undefined) throw new Error(`${this.name} is not there`)
    const { exitCode, signalCode } = child
    if (exitCode !== null || signalCode !== null)
      throw new Error(`${this.name} ended by itself, with ${exitCode ?? signalCode}`)
    return child
  }
}
