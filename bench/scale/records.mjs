/** What the full store holds: records as the scheduler makes them, by its own steps of a run. */

import { patchedRecord } from '../../dist/jobs/record.js'
import { claim, settle } from '../../dist/jobs/transitions.js'
import { jobRecord, runRecord } from '../../dist/testing/conformance/records.js'

/** The instant at which everything takes place, epoch ms. */
export const NOW = Date.UTC(2026, 0, 15, 12)
export const MINUTE = 60_000
const DAY = 1_440 * MINUTE

/** Jobs whose finished runs are spread evenly, but for one that has a tenth of all. */
const JOBS = 5_000
export const BUSY_JOB = 'job-0'
const FUNCTIONS = 10
/** What a run is given and what it gives, of a size that is met in practice. */
const INPUT = {
  customer: 'b7d1c1e0-4a53-4c8e-9a0a-4f4f5f3f2d11',
  template: 'weekday-report',
  locale: 'el-GR',
  attempt: 1,
}
const OUTPUT = { sent: true, messageId: '<20260115120000.4f4f5f3f2d11@mail.example.com>' }

export const jobId = (index) => `job-${index % JOBS}`
const functionRef = (index) => `function-${index % FUNCTIONS}`

/** A run of a job (of none where `job` is null), due at an instant. */
export function pendingRun(id, job, index, due) {
  const fields = { jobId: job, functionRef: functionRef(index), due, at: due, spec: { input: INPUT } }
  return runRecord(id, fields)
}

/** How it is claimed, and how it ends. */
export const LEASE = { worker: 'worker-1', now: NOW, until: NOW + 15_000 }

export function claimed(run) {
  return patchedRecord(run, claim(run, LEASE))
}

export function ending(run, index, now = NOW) {
  return settle(run, index % 40 === 0 ? FAILURE : SUCCESS, now, 0.5)
}

const SUCCESS = { kind: 'completed', output: OUTPUT, reason: null }
const FAILURE = {
  kind: 'failed',
  error: { name: 'Error', message: 'connect ECONNREFUSED 10.0.0.7:587', code: 'ECONNREFUSED' },
  kinds: ['Error'],
  retryable: false,
}

/** Finished runs over the last 30 days: four of ten enqueued without a job, one in forty failed. */
export function* finishedRuns(count) {
  for (let index = 0; index < count; index += 1) {
    const at = NOW - MINUTE - Math.floor((index / count) * 29 * DAY)
    const run = claimed(pendingRun(`finished-${index}`, jobOfFinished(index), index, at))
    yield patchedRecord(run, ending(run, index, at + 250))
  }
}

/** What both stores hold, so that a list is as long on either: the newest runs of a job, and failed ones. */
export function* listedRuns() {
  for (let index = 0; index < 200; index += 1) {
    const run = claimed(pendingRun(`listed-${index}`, index % 2 === 0 ? BUSY_JOB : null, index, NOW - 1_000 + index))
    yield patchedRecord(run, ending(run, index % 2 === 0 ? 1 : 0))
  }
}

function jobOfFinished(index) {
  if (index % 10 < 4) return null
  return index % 10 === 4 ? BUSY_JOB : jobId(Math.floor(index / 10) * 5 + (index % 10) - 5)
}

/** What waits: a tenth are jobs, half are runs that are due later, the rest runs that are due now and wait for room. */
export function* waitingRecords(count) {
  for (let index = 0; index < count; index += 1) {
    const later = NOW + MINUTE + (index % 100_000) * 500
    if (index % 10 === 0) yield dueJob(`waiting-${index}`, later)
    else if (index % 2 === 0) yield pendingRun(`later-${index}`, null, index, later)
    else yield pendingRun(`backlog-${index}`, jobId(index), index, NOW - MINUTE + (index % 50_000))
  }
}

/** The change that adds a record, and the one that removes it. */
export const addition = (record) => ({ expect: 0, record })
export const removal = ({ kind, id, version }) => ({ expect: version, key: { kind, id }, patch: null })

/** Commits changes, all of which must be applied. */
export async function commit(store, changes) {
  const results = await store.commit(changes)
  if (!results.every(({ applied }) => applied)) throw new Error('a change was refused')
}

/** A job that is due at an instant. */
export function dueJob(id, due) {
  return jobRecord(id, { due, functionRef: 'function-1', spec: { input: INPUT } })
}
