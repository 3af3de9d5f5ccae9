/** When a unique key is taken. */

import { describe, expect, it } from 'vitest'
import { DEFAULT_POLICY } from '../../../src/jobs/policy.ts'
import type { RunRecord } from '../../../src/jobs/record.ts'
import { RUN_STATES } from '../../../src/jobs/run.ts'
import { NEW_STATUS } from '../../../src/jobs/transitions.ts'
import { isKeyTaken } from '../../../src/jobs/unique-key.ts'

const run = (state: string): RunRecord => ({
  kind: 'run',
  id: 'run',
  version: 1,
  lane: 'run',
  due: 0,
  state,
  at: 0,
  jobId: null,
  functionRef: 'work',
  queue: 'default',
  priority: 0,
  spec: { input: undefined, executor: 'default', policy: DEFAULT_POLICY },
  status: NEW_STATUS.enqueue,
})

describe('a unique key', () => {
  it('is taken while its run is not over, however long that takes', () => {
    const taken = RUN_STATES.filter((state) => isKeyTaken({ runId: 'run', until: 0 }, run(state), 1_000_000))
    expect(taken).toEqual(['pending', 'running'])
  })

  it('is taken inside its window, whatever became of the run', () => {
    const note = { runId: 'run', until: 100 }
    for (const state of RUN_STATES) expect(isKeyTaken(note, run(state), 99)).toBe(true)
    expect(isKeyTaken(note, undefined, 99)).toBe(true)
    expect(isKeyTaken(note, undefined, 100)).toBe(false)
    expect(isKeyTaken(note, run('completed'), 100)).toBe(false)
  })
})
