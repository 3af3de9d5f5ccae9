/** The runs of a job or a function in memory: what is over is found without a look at what waits. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RecordHeader } from '../../../../src/jobs/record.ts'
import type { RunState } from '../../../../src/jobs/run.ts'
import { type Entry, newEntry } from '../../../../src/stores/memory/entry.ts'
import { RunIndex } from '../../../../src/stores/memory/run-index.ts'

type Header = RecordHeader<'run'>

const header = (id: string, at: number, jobId: string | null, state: RunState): Header => ({
  kind: 'run',
  id,
  version: 1,
  lane: state === 'completed' ? 'history' : 'run',
  due: at,
  state,
  at,
  jobId,
  functionRef: 'work',
  queue: 'default',
  priority: 0,
})

const idsOf = (entries: Iterable<Entry<Header>>): string[] => Array.from(entries, ({ record }) => record.id)

/** The same by looking at all of them. */
const surplusOf = (entries: readonly Entry<Header>[], jobId: string | null, keep: number): string[] => {
  const finished = entries.filter(({ record }) => record.jobId === jobId && record.lane === 'history')
  finished.sort((a, b) => a.record.at - b.record.at || a.sequence - b.sequence)
  return idsOf(finished.slice(0, Math.max(0, finished.length - keep)))
}

const STATES: readonly RunState[] = ['pending', 'running', 'completed', 'dead']

describe('the runs of a series', () => {
  it('are counted and trimmed as a look at all of them would', () => {
    const step = fc.record({
      kind: fc.constantFrom('add', 'change', 'change', 'remove'),
      jobId: fc.constantFrom('job', 'other', null),
      at: fc.integer({ min: 0, max: 5 }),
      state: fc.constantFrom(...STATES),
      which: fc.nat(),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.nat({ max: 4 }), (steps, keep) => {
        const index = new RunIndex<Header>()
        const entries: Entry<Header>[] = []
        for (const [number, { kind, jobId, at, state, which }] of steps.entries()) {
          const entry = entries[which % Math.max(1, entries.length)]
          if (kind === 'add') {
            const added = newEntry(header(`run-${number}`, at, jobId, state), number)
            entries.push(added)
            index.add(added, added.record)
          } else if (entry !== undefined && kind === 'change') {
            const after = header(entry.record.id, entry.record.at, entry.record.jobId, state)
            index.change(entry, after)
            entry.record = after
          } else if (entry !== undefined) {
            index.remove(entry, entry.record)
            entries.splice(entries.indexOf(entry), 1)
          }
        }
        for (const jobId of ['job', 'other', null]) {
          const found = idsOf(index.surplus({ jobId, functionRef: 'work', keep }))
          expect(found).toEqual(surplusOf(entries, jobId, keep))
          if (jobId === null) continue
          const own = entries.filter(({ record }) => record.jobId === jobId)
          const active = own.filter(({ record }) => ['pending', 'running'].includes(record.state))
          expect(index.active(jobId)).toBe(active.length)
          expect(idsOf(index.of(jobId)).sort()).toEqual(idsOf(own).sort())
        }
      }),
    )
  })

  it('that wait are not looked at when those that are over are trimmed', () => {
    const index = new RunIndex<Header>()
    let looks = 0
    for (let number = 0; number < 10_000; number += 1) {
      const record = header(`waiting-${number}`, number, null, 'pending')
      const entry = newEntry(record, number)
      index.add(entry, record)
      Object.defineProperty(entry, 'record', {
        get: () => {
          looks += 1
          return record
        },
      })
    }
    for (let number = 0; number < 20; number += 1) {
      const record = header(`over-${number}`, number, null, 'completed')
      index.add(newEntry(record, 10_000 + number), record)
    }
    const surplus = index.surplus({ jobId: null, functionRef: 'work', keep: 5 })
    expect(idsOf(surplus)).toEqual(Array.from({ length: 15 }, (_, number) => `over-${number}`))
    expect(looks).toBe(0)
  })
})
