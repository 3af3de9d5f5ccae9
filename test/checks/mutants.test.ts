/** Each check finds what it is there for: a good history with one thing wrong fails the check of that number. */

import { expect, it } from 'vitest'
import { type DraftHistory, goodHistory, START } from './good-history.ts'
import type { LogEvent, RunDump } from './history.ts'
import { violationsOf } from './index.ts'

type Mutation = (history: DraftHistory) => void

const idOf = (job: string, second: number): string => `${job}@${START + second * 1_000}`
const isAbout =
  (id: string) =>
  (event: LogEvent): boolean =>
    'runId' in event && event.runId === id

/** Replaces what the log says about a run; undefined leaves an entry out. */
function rewrite(history: DraftHistory, id: string, change: (event: LogEvent) => LogEvent | undefined): void {
  history.log = history.log.flatMap((event) => (isAbout(id)(event) ? (change(event) ?? []) : event))
}

function restore(history: DraftHistory, id: string, change: Partial<RunDump> | null): void {
  history.runs = history.runs.flatMap((run) => (run.id !== id ? run : change === null ? [] : { ...run, ...change }))
}

function moved(event: LogEvent, ms: number): LogEvent {
  return { ...event, at: event.at + ms, wall: event.wall + ms }
}

function again(history: DraftHistory, id: string, process: string, fence: number, ms: number): void {
  for (const event of history.log.filter(isAbout(id))) {
    const copy = moved(event, ms)
    const isOfAttempt = copy.ev === 'start' || copy.ev === 'end' || copy.ev === 'settled'
    history.log.push(isOfAttempt ? { ...copy, process, fence } : copy)
  }
}

/** The store is out from 44 s on, and everybody waited for all that was due up to 50 s. */
function outToTheEnd(history: DraftHistory): void {
  history.settings = { ...history.settings, caughtUpTo: START + 50_000 }
  history.faults.push({ kind: 'outage', process: null, from: 44_000, to: history.settings.endAt })
}

const MUTANTS: readonly (readonly [check: string, name: string, mutate: Mutation])[] = [
  [
    'C1',
    'a run that nobody knows of',
    (history) => {
      rewrite(history, idOf('tick', 45), () => undefined)
      restore(history, idOf('tick', 45), null)
    },
  ],
  [
    'C1',
    'a skip that was dropped',
    (history) => {
      rewrite(history, idOf('tick', 32), () => undefined)
      restore(history, idOf('tick', 32), null)
    },
  ],
  [
    'C1',
    'a run that is never over',
    (history) => restore(history, idOf('tick', 40), { state: 'running', finishedAt: null }),
  ],
  [
    'C1',
    'a run that nobody knows of, with a fault that would excuse it but for the waiting',
    (history) => {
      outToTheEnd(history)
      rewrite(history, idOf('tick', 45), () => undefined)
      restore(history, idOf('tick', 45), null)
    },
  ],
  [
    'C1',
    'a run that is not over although it was waited for',
    (history) => {
      outToTheEnd(history)
      restore(history, idOf('tick', 45), { state: 'running', finishedAt: null })
    },
  ],
  [
    'C1',
    'a run that is dead, and that no handler ever had',
    (history) => {
      rewrite(history, idOf('tick', 45), () => undefined)
      restore(history, idOf('tick', 45), { state: 'dead', crashes: 3, reason: 'max-crashes' })
    },
  ],
  [
    'C1',
    'a skip that the policy does not allow',
    (history) => restore(history, idOf('tick', 32), { reason: 'misfire' }),
  ],
  [
    'C1',
    'a skip because of a pause that nobody asked for',
    (history) => restore(history, idOf('tick', 32), { reason: 'paused' }),
  ],
  [
    'C1',
    'a completed run of which no handler returned',
    (history) => {
      rewrite(history, idOf('tick', 40), (event) => (event.ev === 'end' ? { ...event, outcome: 'threw' } : event))
    },
  ],
  [
    'C2',
    'a start 1 ms early',
    (history) => {
      rewrite(history, idOf('tick', 45), (event) => (event.ev === 'start' ? moved(event, -6) : event))
    },
  ],
  [
    'C2',
    'a start while the job was paused',
    (history) => {
      again(history, idOf('edited', 12), 'p3', 1, 1_000)
      const late = { runId: idOf('edited', 13), dueAt: START + 13_000 }
      rewrite(history, idOf('edited', 12), (event) =>
        event.ev === 'start' && event.at > 13_000 ? { ...event, ...late } : event,
      )
    },
  ],
  [
    'C3',
    'two accepted results',
    (history) => {
      const result = history.log.find((event) => event.ev === 'settled' && event.runId === idOf('tick', 45))
      if (result?.ev !== 'settled') return
      history.log.push({ ...result, at: result.at + 5, process: 'p3', fence: 2, state: 'failed' })
    },
  ],
  [
    'C3',
    'one result that two processes accepted',
    (history) => {
      const result = history.log.find((event) => event.ev === 'settled' && event.runId === idOf('tick', 45))
      if (result?.ev === 'settled') history.log.push({ ...result, at: result.at + 5, process: 'p3' })
    },
  ],
  [
    'C3',
    'a record that is not the accepted result',
    (history) => restore(history, idOf('tick', 45), { state: 'failed' }),
  ],
  ['C4', 'two processes at work on one run', (history) => again(history, idOf('tick', 45), 'p3', 2, 20)],
  [
    'C5',
    'fences that fall',
    (history) => {
      rewrite(history, idOf('list', 10), (event) =>
        'fence' in event ? { ...event, fence: event.fence === 1 ? 4 : event.fence } : event,
      )
    },
  ],
  ['C5', 'two starts with one fence', (history) => again(history, idOf('tick', 45), 'p3', 1, 100)],
  [
    'C6',
    'a start that is late without a reason',
    (history) => {
      rewrite(history, idOf('list', 45), (event) => moved(event, 1_500))
    },
  ],
  ['C7', 'a second start without a reason', (history) => again(history, idOf('tick', 45), 'p3', 2, 100)],
  [
    'C8',
    'a dead process of which nobody takes over',
    (history) => {
      rewrite(history, idOf('tick', 30), (event) => (event.process === 'p2' ? moved(event, 2_000) : event))
      restore(history, idOf('tick', 30), { finishedAt: START + 35_155 })
      for (const second of [34, 35]) {
        rewrite(history, idOf('tick', second), () => undefined)
        restore(history, idOf('tick', second), { state: 'skipped', reason: 'max-instances' })
      }
    },
  ],
  [
    'C9',
    'a job that does not fire any more',
    (history) => {
      for (let second = 50; second < 60; second += 1) {
        rewrite(history, idOf('tick', second), () => undefined)
        restore(history, idOf('tick', second), null)
      }
    },
  ],
  [
    'C9',
    "a lease that is over and is nobody's",
    (history) => {
      restore(history, idOf('tick', 45), { state: 'running', due: START + 48_000, finishedAt: null })
    },
  ],
  ['C10', 'a skip that is stored as a run', (history) => restore(history, idOf('tick', 32), { state: 'completed' })],
  [
    'C9',
    'a shutdown that takes too long',
    (history) => {
      history.log.push({ ev: 'shutdown', at: 50_000, wall: START + 50_000, process: 'p3', askedAt: 25_000 })
    },
  ],
  [
    'C10',
    'a sum that stands for too many',
    (history) => {
      for (const second of [31, 32])
        restore(history, idOf('tick', second), { reason: 'coalesced', finishedAt: START + 33_005 })
      restore(history, idOf('tick', 33), { reason: 'coalesced', finishedAt: START + 33_005, count: 7 })
    },
  ],
  [
    'C11',
    'two runs of a job that allows one',
    (history) => {
      rewrite(history, idOf('tick', 45), (event) => (event.ev === 'start' ? event : moved(event, 1_500)))
    },
  ],
  [
    'C12',
    'a start that cannot be the one of any fire time',
    (history) => {
      rewrite(history, idOf('list', 45), (event) => moved(event, 9_400))
    },
  ],
]

it('a good history has no violation', () => {
  expect(violationsOf(goodHistory())).toEqual([])
})

it.each(MUTANTS)('%s finds %s', (check, _name, mutate) => {
  const history = goodHistory()
  mutate(history)
  expect(violationsOf(history).map((violation) => violation.check)).toContain(check)
})

it('every check has a mutant of its own', () => {
  const checks = Array.from({ length: 12 }, (_, index) => `C${index + 1}`)
  expect([...new Set(MUTANTS.map(([check]) => check))]).toEqual(checks)
})
