/** Data that outlives a store, several stores on the same data, and many claimers at once. */

import assert from 'node:assert/strict'
import { noteRecord } from '../../../jobs/notes.ts'
import type { Change } from '../../../jobs/record.ts'
import { idsOf, like, refuses } from '../assertions.ts'
import { claimAll } from '../claim-all.ts'
import type { RecordStoreCase } from '../record-store-bench.ts'
import { changeRun, commitOne, insert, job, jobRecord, MINUTE, NOW, runRecord } from '../records.ts'

const CLAIMERS = 16
const RUNS = 500
/** How often it is looked whether something can be seen that never was. */
const LOOKS = 100

export const SHARING: readonly RecordStoreCase[] = [
  {
    name: 'has everything again after it was closed and opened',
    needs: 'persistent',
    async run(bench) {
      const name = bench.newName()
      const first = await bench.open({ name })
      await insert(first, runRecord('run', { spec: { input: 'kept' }, status: { attempt: 3 } }))
      await first.addJob(job('job', NOW + MINUTE))
      await first.shutdown()

      const second = await bench.open({ name })
      assert.deepEqual(await second.get([{ kind: 'run', id: 'run' }]), [
        runRecord('run', { spec: { input: 'kept' }, status: { attempt: 3 } }),
      ])
      assert.deepEqual(await second.getNextRunTime(), new Date(NOW + MINUTE))
    },
  },
  {
    name: 'shows a change of one store to another on the same data',
    needs: 'shared',
    async run(bench) {
      const name = bench.newName()
      const [left, right] = [await bench.open({ name }), await bench.open({ name })]
      await left.addJob(job('shared'))
      assert.deepEqual(idsOf(await right.getAllJobs()), ['shared'])
      await refuses(() => right.addJob(job('shared')), 'CONFLICTING_ID')
      await right.updateJob(job('shared', null, { state: 'paused' }))
      like(await left.lookupJob('shared'), { paused: true })
      await right.removeJob('shared')
      assert.equal(await left.lookupJob('shared'), undefined)
    },
  },
  {
    name: 'lets one of two stores win a fire, and both see the same run',
    needs: 'shared',
    async run(bench) {
      const name = bench.newName()
      const [left, right] = [await bench.open({ name }), await bench.open({ name })]
      await insert(left, jobRecord('job'))
      const fire = (worker: string): Change => ({
        expect: 1,
        key: { kind: 'job', id: 'job' },
        patch: { due: NOW + MINUTE },
        inserts: [runRecord(`job@${NOW}`, { status: { worker } })],
      })
      const results = await Promise.all([commitOne(left, fire('left')), commitOne(right, fire('right'))])

      assert.equal(results.filter((result) => result?.applied).length, 1)
      const [seen] = await left.get([{ kind: 'run', id: `job@${NOW}` }])
      assert.equal(seen?.status.worker, results[0]?.applied ? 'left' : 'right')
      assert.deepEqual(await right.get([{ kind: 'run', id: `job@${NOW}` }]), [seen])
    },
  },
  {
    name: 'shows what was inserted with a change to whoever sees the change',
    needs: 'shared',
    async run(bench) {
      const name = bench.newName()
      const [left, right] = [await bench.open({ name }), await bench.open({ name })]
      for (let count = 0; count < LOOKS; count += 1) {
        const [note, run] = [{ kind: 'key', id: `key-${count}` } as const, { kind: 'run', id: `run-${count}` } as const]
        const record = noteRecord('key', note.id, { runId: run.id, until: NOW }, NOW, NOW)
        const taking = commitOne(left, { expect: 0, record, inserts: [runRecord(run.id, { jobId: null })] })
        let isChanged = false
        while (!isChanged) isChanged = (await right.get([note]))[0] !== undefined
        const [seen] = await right.get([run])
        await taking
        assert.deepEqual(seen, runRecord(run.id, { jobId: null }))
      }
    },
  },
  {
    name: 'gives a record as due only as it is, due, whatever another store makes of it meanwhile',
    needs: 'shared',
    async run(bench) {
      const name = bench.newName()
      const [left, right] = [await bench.open({ name }), await bench.open({ name })]
      // Stores may keep a long text apart.
      await insert(left, runRecord('run', { spec: { input: 'long'.repeat(10_000) } }))
      let isOver = false
      const changing = async (): Promise<void> => {
        for (let version = 1; version <= LOOKS; version += 1) {
          await commitOne(left, changeRun('run', version, { due: version % 2 === 1 ? NOW + MINUTE : NOW }))
        }
        isOver = true
      }
      const seen: number[] = []
      const looking = async (): Promise<void> => {
        while (!isOver) {
          for (const { due } of await right.due({ lane: 'run', before: NOW, limit: 9 })) seen.push(due ?? 0)
        }
      }
      await Promise.all([changing(), looking()])
      assert.deepEqual([...new Set(seen)], seen.length === 0 ? [] : [NOW])
      assert.deepEqual(idsOf(await right.due({ lane: 'run', before: NOW, limit: 9 })), ['run'])
    },
  },
  {
    name: `lets ${CLAIMERS} claimers take ${RUNS} runs, each once`,
    async run(bench) {
      const name = bench.newName()
      const first = await bench.open({ name })
      const claimers = Array.from({ length: CLAIMERS }, async () =>
        bench.capabilities.shared === true ? await bench.open({ name }) : first,
      )
      await insert(first, ...Array.from({ length: RUNS }, (_, index) => runRecord(`run-${index}`)))

      const claimed = await Promise.all((await Promise.all(claimers)).map((store) => claimAll(store, NOW)))
      assert.equal(claimed.flat().length, RUNS)
      assert.equal(new Set(claimed.flat()).size, RUNS)
      assert.equal(await first.count({ kind: 'run', states: ['running'] }), RUNS)
    },
  },
]
