/**
 * What a scheduler asks of a store, a hundred at a time. One round takes a hundred runs through their life (due, claimed,
 * settled, removed) and fires a hundred jobs, so that the store holds the same after it as before.
 */

import { patchedRecord } from '../../dist/jobs/record.js'
import { claim, newRun, runChange } from '../../dist/jobs/transitions.js'
import {
  addition,
  BUSY_JOB,
  commit,
  dueJob,
  ending,
  jobId,
  LEASE,
  MINUTE,
  NOW,
  pendingRun,
  removal,
} from './records.mjs'

const SIZE = 100
const QUEUES = ['critical', 'default', 'low']
/** Before everything that waits in the store. */
const FIRST = NOW - 600 * MINUTE
const SERIES = 'trimmed'
/** How many of a series stay, and by how many it has grown when the scheduler trims it. */
const KEEP = 100
const SURPLUS = 10
const HELD_BACK = 'held-back'

/** Name of an operation -> what it does, in the words of the page. */
export const OPERATIONS = {
  claim: '`due` of 100 runs, commit of 100 claims',
  settle: 'commit of 100 settlements',
  fire: '`due` of 100 jobs, `countActive`, commit of 100 fires with their runs',
  enqueue: 'commit of 100 new runs',
  nextDue: '`nextDue` of jobs, runs and history',
  countActive: '`countActive` of 100 jobs',
  'list of a job': 'newest 100 runs of a job',
  'list of all': 'newest 100 of all runs',
  'list of failed': 'newest 100 failed runs',
  trim: '`trim` of 10 jobs that have 10 runs too many',
  purge: '`due` of 100 records of the history, commit of their removal',
}

/**
 * One round. `timed(name, work)` measures what is in {@link OPERATIONS}; the rest puts the store into the state before.
 *
 * @param {import('../../dist/stores/record-store.js').RecordStore} store
 * @param {string} round - makes ids of its own
 * @param {<T>(name: string, work: () => Promise<T>) => Promise<T>} timed
 */
export async function round(store, round, timed) {
  const runs = range(SIZE, (index) => pendingRun(`run-${round}-${index}`, jobId(index + 1), index, FIRST + index))
  await timed('enqueue', () => commit(store, runs.map(addition)))
  const working = await timed('claim', () => claimDue(store))
  const ids = range(SIZE, jobId)
  await timed('countActive', () => store.countActive(ids))
  await timed('nextDue', () => store.nextDue([{ lane: 'job' }, { lane: 'run', queues: QUEUES }, { lane: 'history' }]))
  await timed('list of a job', () => store.list({ kind: 'run', jobId: BUSY_JOB, limit: SIZE }))
  await timed('list of all', () => store.list({ kind: 'run', limit: SIZE }))
  await timed('list of failed', () => store.list({ kind: 'run', states: ['failed', 'dead'], limit: SIZE }))
  const endings = working.map((run) => runChange(run, { ...ending(run, 1), due: FIRST }))
  await timed('settle', () => commit(store, endings))
  await timed('purge', () => purge(store))
  await fire(store, round, timed)
  await trim(store, round, timed)
}

async function claimDue(store) {
  const due = await store.due({ lane: 'run', before: NOW, limit: SIZE, queues: QUEUES })
  if (due.length !== SIZE || due[0].at !== FIRST) throw new Error('other runs are due than were added')
  const patches = due.map((run) => claim(run, LEASE))
  await commit(
    store,
    due.map((run, index) => runChange(run, patches[index])),
  )
  return due.map((run, index) => patchedRecord(run, patches[index]))
}

async function purge(store) {
  const due = await store.due({ lane: 'history', before: FIRST, limit: SIZE })
  if (due.length !== SIZE) throw new Error(`${due.length} records of the history are due, not ${SIZE}`)
  await commit(store, due.map(removal))
}

async function fire(store, round, timed) {
  const jobs = range(SIZE, (index) => dueJob(`due-${round}-${index}`, FIRST + index))
  await commit(store, jobs.map(addition))
  const fired = await timed('fire', async () => {
    const due = await store.due({ lane: 'job', before: FIRST + SIZE, limit: SIZE })
    await store.countActive(due.map(({ id }) => id))
    const fires = due.map((job) => newRun(job, { id: `${job.id}@${job.due}`, origin: 'schedule', at: job.due }, LEASE))
    const changes = due.map((job, index) => ({
      expect: job.version,
      key: { kind: 'job', id: job.id },
      patch: { due: NOW + MINUTE },
      inserts: [fires[index]],
    }))
    await commit(store, changes)
    return [...due.map((job) => ({ ...job, version: job.version + 1 })), ...fires]
  })
  await commit(store, fired.map(removal))
}

/** Ten series of the same size on every store: what is measured is what the others cost. */
async function trim(store, round, timed) {
  const jobs = range(10, (index) => `${SERIES}-${round}-${index}`)
  const added = jobs.flatMap((job) =>
    range(KEEP + SURPLUS, (index) => {
      const run = pendingRun(`${job}@${index}`, job, index, FIRST + index)
      return patchedRecord(run, ending(run, 1))
    }),
  )
  await commit(store, added.map(addition))
  const series = jobs.map((job) => ({ jobId: job, functionRef: 'function-1', keep: KEEP }))
  await timed('trim', () => store.trim(series))
  const left = added.filter((run) => run.at >= FIRST + SURPLUS)
  await commit(store, left.map(removal))
}

/**
 * What a claim costs behind runs of one job that may not start yet: `count` of them are due first.
 *
 * @returns {Promise<number[]>} milliseconds
 */
export async function heldBack(store, count, rounds) {
  const held = range(count, (index) => pendingRun(`held-${index}`, HELD_BACK, index, FIRST + index))
  const free = range(SIZE, (index) => pendingRun(`free-${index}`, jobId(index + 1), index, FIRST + MINUTE * 30 + index))
  for (const part of [held, free]) await commit(store, part.map(addition))
  const times = []
  for (let round = 0; round < rounds; round += 1) {
    const startedAt = performance.now()
    const query = { lane: 'run', before: NOW, limit: SIZE, queues: QUEUES, withoutJobs: [HELD_BACK] }
    const due = await store.due(query)
    times.push(performance.now() - startedAt)
    if (due[0]?.id !== 'free-0') throw new Error('other runs are due than were added')
  }
  await commit(store, [...held, ...free].map(removal))
  return times
}

function range(count, make) {
  return Array.from({ length: count }, (_, index) => make(index))
}
