import { describe, expect, it } from 'vitest'
import { Agenda, LANES } from '../../../src/scheduler/loop/agenda.ts'

/** An agenda on which every lane was asked about, and had nothing. */
function empty(): Agenda {
  const agenda = new Agenda()
  for (const lane of LANES) agenda.learned(lane, null)
  return agenda
}

describe('an agenda', () => {
  it('takes everything for due until it was asked about', () => {
    const agenda = new Agenda()
    expect(LANES.filter((lane) => agenda.isDue(lane, 0))).toEqual([...LANES])
    agenda.learned('run', 50)
    expect(agenda.isDue('run', 49)).toBe(false)
    expect(agenda.isDue('run', 50)).toBe(true)
    expect(agenda.isDue('job', 0)).toBe(true)
  })

  it('knows the earliest of all lanes, and says when something comes before', () => {
    const agenda = empty()
    expect(agenda.next).toBe(Number.POSITIVE_INFINITY)
    expect(agenda.note('job', 70)).toBe(true)
    expect(agenda.note('run', 90)).toBe(true)
    expect(agenda.note('run', 95)).toBe(false)
    expect(agenda.next).toBe(70)
  })

  it('keeps what was noted while the store was asked, though the answer did not have it', () => {
    const agenda = empty()
    agenda.asking('run')
    agenda.note('run', 30)
    agenda.learned('run', 80)
    expect(agenda.next).toBe(30)
  })

  it('drops what was noted before it asked: the answer has it, or it is gone', () => {
    const agenda = empty()
    agenda.note('run', 30)
    agenda.asking('run')
    agenda.learned('run', 80)
    expect(agenda.next).toBe(80)
  })

  it('takes everything for due again when it forgets, also in the middle of a question', () => {
    const agenda = empty()
    agenda.asking('job')
    agenda.forget()
    agenda.learned('job', 80)
    expect(LANES.filter((lane) => agenda.isDue(lane, 0))).toEqual([...LANES])
  })
})
