/**
 * When processes were well: not hit by a fault, nor within the time they have to recover from one. What is promised
 * within a bound is owed from the moment on at which some process was well for as long as the bound.
 */

import type { Fault, Settings } from './history.ts'

interface Spell {
  readonly from: number
  readonly to: number
}

export class Health {
  readonly recoveryMs: number
  readonly lastFaultEnd: number
  readonly #faults: readonly Fault[]
  /** Of each process, when it was not well: in order, apart. */
  readonly #spells: readonly (readonly Spell[])[]

  constructor(faults: readonly Fault[], settings: Settings) {
    this.recoveryMs = settings.leaseMs + 2 * settings.pollMs
    this.lastFaultEnd = Math.max(0, ...faults.map((fault) => fault.to))
    this.#faults = faults
    this.#spells = settings.processes.map((name) => this.#spellsOf(name))
  }

  /** The end of the first stretch of `ms` after `at` throughout which one and the same process was well. */
  wellFor(at: number, ms: number): number {
    let earliest = Number.POSITIVE_INFINITY
    for (const spells of this.#spells) {
      let from = at
      for (const spell of spells) if (spell.to > from && spell.from < from + ms) from = spell.to
      earliest = Math.min(earliest, from + ms)
    }
    return earliest
  }

  /** Whether no process at all was hit, or recovering, at any time in [from, to]. */
  isCalm(from: number, to: number): boolean {
    return this.#faults.every((fault) => fault.to + this.recoveryMs < from || fault.from > to)
  }

  /** Whether from the death of a process at `from` up to `to` nothing else happened, to it or to others. */
  isOnlyFault(from: number, to: number, process: string): boolean {
    return this.#faults.every((fault) => {
      const isTheDeath = fault.process === process && fault.from === from
      return isTheDeath || fault.from > to || fault.to + this.recoveryMs < from
    })
  }

  /** The faults that touch [from, to] and a process. */
  during(from: number, to: number, process: string): Fault[] {
    return this.#faults.filter(
      (fault) => fault.to >= from && fault.from <= to && (fault.process === null || fault.process === process),
    )
  }

  #spellsOf(name: string): Spell[] {
    const hits = this.#faults.filter((fault) => fault.process === null || fault.process === name)
    const sorted = hits.map(({ from, to }) => ({ from, to: to + this.recoveryMs })).sort((a, b) => a.from - b.from)
    const spells: Spell[] = []
    for (const { from, to } of sorted) {
      const last = spells.at(-1)
      if (last !== undefined && from <= last.to)
        spells[spells.length - 1] = { from: last.from, to: Math.max(last.to, to) }
      else spells.push({ from, to })
    }
    return spells
  }
}
