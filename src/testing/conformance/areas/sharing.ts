/** Data that outlives a store, several stores on the same data, and many claimers at once. */

import assert from 'node:assert/strict'
import type { Change } from '../../../jobs/record.ts'
import { claimAll } from '../claim-all.ts'
import { commitOne, idsOf, insert, job, jobRecord, MINUTE, NOW, runRecord, type Suite } from '../fixtures.ts'

const CLAIMERS = 16
const RUNS = 500

export const SHARING: readonly RecordStoreCase[] = [
  if (suite.capabilities.persistent) {
    it('NB-11 has everything again after it was closed and opened', async () => {
      const name = suite.newName()
      const first = await suite.open({ name })
      await insert(first, runRecord('run', { spec: { input: 'kept' }, status: { attempt: 3 } }))
      await first.addJob(job('job', NOW + MINUTE))
      await first.shutdown()

      const second = await suite.open({ name })
      assert.deepEqual(await second.get([{ kind: 'run', id: 'run' }]), [
        runRecord('run', { spec: { input: 'kept' }, status: { attempt: 3 } }),
      ])
      assert.deepEqual(await second.getNextRunTime(), new Date(NOW + MINUTE))
    })
  }

  if (suite.capabilities.shared) {
    it('shows a change of one store to another on the same data', async () => {
      const name = suite.newName()
      const [left, right] = [await suite.open({ name }), await suite.open({ name })]
      await left.addJob(job('shared'))
      assert.deepEqual(idsOf(await right.getAllJobs()), ['shared'])
      await refuses(() => right.addJob(job('shared')), 'CONFLICTING_ID')
      await right.updateJob(job('shared', null, { state: 'paused' }))
      like(await left.lookupJob('shared'), { paused: true })
      await right.removeJob('shared')
      assert.equal(await left.lookupJob('shared'), undefined)
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

      assert.equal((results.filter((result) => result?.applied)).length, 1)
      const [seen] = await left.get([{ kind: 'run', id: `job@${NOW}` }])
      assert.equal(seen?.status.worker, results[0]?.applied ? 'left' : 'right')
      assert.deepEqual(await right.get([{ kind: 'run', id: `job@${NOW}` }]), [seen])
    })
  }

  {
    name: `lets ${CLAIMERS} claimers take ${RUNS} runs, each once`,
    async run(suite) {
    const name = suite.newName()
    const first = await suite.open({ name })
    const claimers = Array.from({ length: CLAIMERS }, async () =>
      suite.capabilities.shared ? await suite.open({ name }) : first,
    )
    await insert(first, ...Array.from({ length: RUNS }, (_, index) => runRecord(`run-${index}`)))

    const claimed = await Promise.all((await Promise.all(claimers)).map((store) => claimAll(store, NOW)))
    assert.equal((claimed.flat()).length, RUNS)
    assert.equal(new Set(claimed.flat()).size, RUNS)
    assert.equal(await first.count({ kind: 'run', states: ['running'] }), RUNS)
    },
  },
]
