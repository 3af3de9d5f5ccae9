/** Data that outlives a store, several stores on the same data, and many claimers at once. */

import { expect, it } from 'vitest'
import type { Change } from '../../../src/jobs/record.ts'
import { claimAll } from '../claim-all.ts'
import { commitOne, idsOf, insert, job, jobRecord, MINUTE, NOW, runRecord, type Suite } from '../fixtures.ts'

const CLAIMERS = 16
const RUNS = 500

export function describeSharing(suite: Suite): void {
  if (suite.capabilities.persistent) {
    it('NB-11 has everything again after it was closed and opened', async () => {
      const name = suite.newName()
      const first = await suite.open({ name })
      await insert(first, runRecord('run', { spec: { input: 'kept' }, status: { attempt: 3 } }))
      await first.addJob(job('job', NOW + MINUTE))
      await first.shutdown()

      const second = await suite.open({ name })
      expect(await second.get([{ kind: 'run', id: 'run' }])).toEqual([
        runRecord('run', { spec: { input: 'kept' }, status: { attempt: 3 } }),
      ])
      expect(await second.getNextRunTime()).toEqual(new Date(NOW + MINUTE))
    })
  }

  if (suite.capabilities.shared) {
    it('shows a change of one store to another on the same data', async () => {
      const name = suite.newName()
      const [left, right] = [await suite.open({ name }), await suite.open({ name })]
      await left.addJob(job('shared'))
      expect(idsOf(await right.getAllJobs())).toEqual(['shared'])
      await expect(right.addJob(job('shared'))).rejects.toMatchObject({ code: 'CONFLICTING_ID' })
      await right.updateJob(job('shared', null, { state: 'paused' }))
      expect(await left.lookupJob('shared')).toMatchObject({ paused: true })
      await right.removeJob('shared')
      expect(await left.lookupJob('shared')).toBeUndefined()
    })

    it('UX-01 lets one of two stores win a fire, and both see the same run', async () => {
      const name = suite.newName()
      const [left, right] = [await suite.open({ name }), await suite.open({ name })]
      await insert(left, jobRecord('job'))
      const fire = (worker: string): Change => ({
        expect: 1,
        key: { kind: 'job', id: 'job' },
        patch: { due: NOW + MINUTE },
        inserts: [runRecord(`job@${NOW}`, { status: { worker } })],
      })
      const results = await Promise.all([commitOne(left, fire('left')), commitOne(right, fire('right'))])

      expect(results.filter((result) => result?.applied)).toHaveLength(1)
      const [seen] = await left.get([{ kind: 'run', id: `job@${NOW}` }])
      expect(seen?.status.worker).toBe(results[0]?.applied ? 'left' : 'right')
      expect(await right.get([{ kind: 'run', id: `job@${NOW}` }])).toEqual([seen])
    })
  }

  it(`lets ${CLAIMERS} claimers take ${RUNS} runs, each once`, async () => {
    const name = suite.newName()
    const first = await suite.open({ name })
    const claimers = Array.from({ length: CLAIMERS }, async () =>
      suite.capabilities.shared ? await suite.open({ name }) : first,
    )
    await insert(first, ...Array.from({ length: RUNS }, (_, index) => runRecord(`run-${index}`)))

    const claimed = await Promise.all((await Promise.all(claimers)).map((store) => claimAll(store, NOW)))
    expect(claimed.flat()).toHaveLength(RUNS)
    expect(new Set(claimed.flat()).size).toBe(RUNS)
    expect(await first.count({ kind: 'run', states: ['running'] })).toBe(RUNS)
  })
}
