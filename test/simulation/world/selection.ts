/**
 * A part of a scenario: which of its faults, edits, requests and jobs stay, and when it ends. As text, so that the smallest
 * scenario that fails can be run again by a command: `faults:0,3/edits:/requests:2/jobs:0,1/until:40000`.
 */

import type { Scenario } from './scenario.ts'

const PARTS = ['faults', 'edits', 'requests', 'jobs'] as const

export type Part = (typeof PARTS)[number]

export interface Selection extends Readonly<Record<Part, readonly number[]>> {
  /** When it ends, in ms. */
  readonly until: number
}

export function wholeOf(scenario: Scenario): Selection {
  const all = (part: Part): number[] => [...scenario[part].keys()]
  return {
    faults: all('faults'),
    edits: all('edits'),
    requests: all('requests'),
    jobs: all('jobs'),
    until: scenario.endAt,
  }
}

export function partOf(scenario: Scenario, selection: Selection): Scenario {
  const endAt = Math.min(selection.until, scenario.endAt)
  const only = <T>(part: Part, things: readonly T[]): T[] =>
    things.filter((_, index) => selection[part].includes(index))
  return {
    ...scenario,
    faults: only('faults', scenario.faults),
    edits: only('edits', scenario.edits),
    requests: only('requests', scenario.requests),
    jobs: only('jobs', scenario.jobs),
    endAt,
  }
}

export function selectionToText(selection: Selection): string {
  return [...PARTS.map((part) => `${part}:${selection[part].join(',')}`), `until:${selection.until}`].join('/')
}

/** Reads what {@link selectionToText} wrote; what is left out stays whole. */
export function selectionFromText(text: string, scenario: Scenario): Selection {
  const given = new Map(
    text.split('/').map((part) => [part.slice(0, part.indexOf(':')), part.slice(part.indexOf(':') + 1)]),
  )
  const whole = wholeOf(scenario)
  const numbers = (part: Part): readonly number[] => {
    const list = given.get(part)
    if (list === undefined) return whole[part]
    return list === '' ? [] : list.split(',').map(Number)
  }
  const until = given.get('until')
  return {
    faults: numbers('faults'),
    edits: numbers('edits'),
    requests: numbers('requests'),
    jobs: numbers('jobs'),
    until: until === undefined ? whole.until : Number(until),
  }
}
