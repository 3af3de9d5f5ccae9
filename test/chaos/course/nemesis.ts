/**
 * Carries out what is planned, and logs as a fault what may excuse something. A process that is away or frozen is hit by
 * nothing else meanwhile, nor is the server; one that died by itself is started again.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault } from '../../checks/history.ts'
import type { Fleet } from '../../fleet/fleet.ts'
import type { MemberProcess } from '../../fleet/member-process.ts'
import type { ServerProcess } from '../../integration/stores/own-server.ts'
import type { Network } from '../network/network.ts'
import type { Weather } from '../network/weather.ts'
import type { PlannedFault, ProcessFault, ServerFault } from '../plan/fault-plan.ts'
import type { Trick } from '../tricks/trick.ts'

export interface Victims {
  readonly fleet: Fleet
  /** Undefined where the store has no network. */
  readonly network: Network | undefined
  /** Undefined where the store has none, or it is somebody else's. */
  readonly server: ServerProcess | undefined
  readonly tricks: readonly Trick[]
  /** Of the store, past the network. */
  readonly url: string
}

/** What weather is to the process under it. */
const FAULT_OF: Readonly<Record<Exclude<Weather['kind'], 'clear'>, Fault['kind']>> = {
  delay: 'slow',
  throttle: 'slow',
  split: 'slow',
  blackhole: 'outage',
  reset: 'outage',
  refuse: 'outage',
  'cut-reply': 'flaky',
}

const SERVER = 'server'
const TRY_AGAIN_MS = 200
const AWAY_AFTER_DEATH_MS = 500

export class Nemesis {
  readonly #victims: Victims
  readonly #busy = new Set<string>()
  readonly #underWay = new Set<Promise<void>>()
  /** What could not be done. */
  readonly failures: string[] = []

  constructor(victims: Victims) {
    this.#victims = victims
    for (const member of victims.fleet.members) {
      member.onDeath = () => this.#occupy(member.name, () => this.#revive(member, AWAY_AFTER_DEATH_MS))
    }
  }

  /** Resolves when all is done and over. */
  async carryOut(faults: readonly PlannedFault[]): Promise<void> {
    const began = performance.now()
    for (const fault of faults) {
      await sleep(Math.max(0, fault.at - (performance.now() - began)))
      if ('process' in fault) this.#occupy(fault.process, () => this.#hit(fault))
      else this.#occupy(SERVER, () => this.#hitAll(fault))
    }
    await this.over()
  }

  /** Resolves when nothing is under way, deaths of the last moment included. */
  async over(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay)
  }

  #occupy(victim: string, work: () => Promise<void>): void {
    if (this.#busy.has(victim)) return
    this.#busy.add(victim)
    const done = work()
      .catch((error: unknown) => void this.failures.push(String(error)))
      .finally(() => {
        this.#busy.delete(victim)
        this.#underWay.delete(done)
      })
    this.#underWay.add(done)
  }

  async #hit(fault: ProcessFault): Promise<void> {
    const { fleet, network } = this.#victims
    const member = fleet.members.find(({ name }) => name === fault.process)
    if (member === undefined || !member.isUp) return
    switch (fault.kind) {
      case 'kill':
        await member.kill()
        return this.#revive(member, fault.awayMs)
      case 'freeze':
        return this.#during('stop', fault.process, async () => {
          member.freeze()
          await sleep(fault.ms)
          member.thaw()
        })
      case 'shutdown':
        return this.#during('shutdown', fault.process, async () => {
          await member.shutDown(fault.graceMs)
          await this.#revive(member, fault.awayMs)
        })
      case 'network': {
        const { weather, ms, process } = fault
        const kind = weather.kind === 'clear' ? 'slow' : FAULT_OF[weather.kind]
        return this.#during(kind, process, async () => network?.weather(process, weather, sleep(ms)))
      }
    }
  }

  async #hitAll(fault: ServerFault): Promise<void> {
    const { server, tricks, url } = this.#victims
    switch (fault.kind) {
      case 'server-kill':
        return this.#during('outage', null, async () => {
          server?.kill()
          await sleep(fault.awayMs)
          await server?.start()
        })
      case 'server-freeze':
        return this.#during('outage', null, async () => {
          server?.pause()
          await sleep(fault.ms)
          server?.resume()
        })
      case 'trick': {
        const trick = tricks.find(({ name }) => name === fault.trick)
        if (trick?.fault === undefined) return trick?.carryOut(url)
        return this.#during(trick.fault, null, () => trick.carryOut(url))
      }
    }
  }

  async #during(kind: Fault['kind'], process: string | null, work: () => Promise<void>): Promise<void> {
    const end = this.#victims.fleet.faults.begin(kind, process)
    try {
      await work()
    } finally {
      end()
    }
  }

  /** Starts a process again, however often that fails because the store is away. */
  async #revive(member: MemberProcess, awayMs: number): Promise<void> {
    await sleep(awayMs)
    for (;;) {
      try {
        return await member.start()
      } catch {
        await sleep(TRY_AGAIN_MS)
      }
    }
  }
}
