import { describe, expect, test } from 'vitest'
import {
  DEFAULT_HISTORY,
  DEFAULT_POLICY,
  DEFAULT_RETRY,
  type HistoryPolicy,
  type JobPolicy,
  MAX_CRASHES,
  type RetryPolicy,
} from '../../../src/jobs/policy.ts'
import { type JobRecord, patchedRecord, type RecordPatch, type RunRecord } from '../../../src/jobs/record.ts'
import { FRESH_STATUS, type RunStatus, type StoredError } from '../../../src/jobs/run.ts'
import {
  addedAsClaimed,
  cancel,
  claim,
  handBack,
  type Lease,
  newRun,
  renew,
  retryFinished,
  runChange,
  settle,
  skippedFire,
  takeOver,
} from '../../../src/jobs/transitions.ts'
import { interval } from '../../../src/triggers/index.ts'

const NOW = 1_000_000
const lease: Lease = { worker: 'w1', now: NOW, until: NOW + 15_000 }
const error: StoredError = { name: 'Error', message: 'broken' }
const DAY = 86_400_000

function job(policy: Partial<JobPolicy> = {}): JobRecord {
  return {
    kind: 'job',
    id: 'report',
    version: 4,
    lane: 'job',
    due: NOW,
    state: 'waiting',
    at: 1,
    jobId: null,
    functionRef: 'send',
    queue: 'mail',
    priority: 3,
    spec: {
      name: 'report',
      trigger: interval('1h'),
      input: 'job input',
      executor: 'threads',
      policy: { ...DEFAULT_POLICY, ...policy },
      tags: ['a'],
      metadata: {},
      override: null,
    },
    status: null,
  }
}

function pending(policy: Partial<JobPolicy> = {}): RunRecord {
  return newRun(job(policy), { id: `report@${NOW}`, origin: 'schedule', at: NOW })
}

function applied(run: RunRecord, patch: RecordPatch<'run'>): RunRecord {
  return patchedRecord<'run'>(run, patch)
}

function running(policy: Partial<JobPolicy> = {}, status: Partial<RunStatus> = {}): RunRecord {
  const run = applied(pending(policy), claim(pending(policy), lease))
  return { ...run, status: { ...run.status, ...status } }
}

describe('a new run', () => {
  test('waits for its due time and takes what it needs along from its job', () => {
    expect(pending()).toEqual({
      kind: 'run',
      id: `report@${NOW}`,
      version: 1,
      lane: 'run',
      due: NOW,
      state: 'pending',
      at: NOW,
      jobId: 'report',
      functionRef: 'send',
      queue: 'mail',
      priority: 3,
      spec: job().spec,
      status: FRESH_STATUS,
    })
  })

  test('that its creator claims is running from the start, as if it had been claimed', () => {
    const seed = { id: 'r', origin: 'schedule', at: NOW } as const
    const claimed = addedAsClaimed(newRun(job(), seed), lease)
    expect(claimed).toMatchObject({ version: 1, state: 'running', due: lease.until })
    expect(claimed.status).toEqual({ ...FRESH_STATUS, attempt: 1, fence: 1, worker: 'w1', startedAt: NOW })
  })

  test('that is skipped is over at once, with its reason', () => {
    const skipped = skippedFire(job(), { at: NOW, reason: 'misfire', count: 7 }, NOW + 5)
    expect(skipped).toMatchObject({
      id: `report@${NOW}`,
      version: 1,
      lane: 'history',
      state: 'skipped',
      due: NOW + 5 + 30 * DAY,
    })
    expect(skipped.status).toEqual({ ...FRESH_STATUS, finishedAt: NOW + 5, reason: 'misfire', count: 7 })
  })
})

describe('a claim', () => {
  test('makes the run running until the end of the lease, with the version it gets as its fence', () => {
    const run = applied(pending(), claim(pending(), lease))
    expect(run).toMatchObject({ version: 2, state: 'running', lane: 'run', due: lease.until, at: NOW })
    expect(run.status).toEqual({ ...FRESH_STATUS, attempt: 1, fence: 2, worker: 'w1', startedAt: NOW })
  })

  test('raises the fence each time', () => {
    let run = pending()
    const fences: number[] = []
    for (let turn = 0; turn < 3; turn += 1) {
      run = applied(run, claim(run, lease))
      fences.push(run.status.fence)
      expect(run.status.fence).toBe(run.version)
      run = applied(run, handBack(run, NOW))
    }
    expect(fences).toEqual([2, 4, 6])
  })

  test('starts the fence of a claim at 1 when the run begins as claimed, and goes on from there', () => {
    const claimed = addedAsClaimed(newRun(job(), { id: 'r', origin: 'manual', at: NOW }), lease)
    expect(applied(claimed, takeOver(claimed, lease).patch).status.fence).toBe(2)
  })
})

describe('a renewal', () => {
  test('moves the end of the lease and leaves a status without news alone', () => {
    expect(renew(running(), NOW + 30_000, running().status)).toEqual({ due: NOW + 30_000 })
  })

  test('carries new progress', () => {
    const progress = { done: 1, total: 2, message: null }
    expect(renew(running(), NOW + 30_000, { ...FRESH_STATUS, progress })).toMatchObject({
      due: NOW + 30_000,
      status: { progress },
    })
  })
})

describe('an end', () => {
  test('completed: output, message, and purged when its history ends', () => {
    const ended = applied(running(), settle(running(), { kind: 'completed', output: 42, reason: 'fine' }, NOW + 9, 0.5))
    expect(ended).toMatchObject({ state: 'completed', lane: 'history', due: NOW + 9 + 30 * DAY, version: 3 })
    expect(ended.status).toMatchObject({ output: 42, reason: 'fine', error: null, finishedAt: NOW + 9, fence: 2 })
  })

  test('completed after a failed attempt has no error left', () => {
    const run = running({}, { error, attempt: 2 })
    expect(settle(run, { kind: 'completed', output: 1, reason: null }, NOW, 0.5).status?.error).toBeNull()
  })

  test('cancelled by its handler', () => {
    const ended = applied(running(), settle(running(), { kind: 'cancelled', reason: 'no need', error: null }, NOW, 0.5))
    expect(ended).toMatchObject({ state: 'cancelled', lane: 'history', status: { reason: 'no need', finishedAt: NOW } })
  })

  test('failed, where there is no retry', () => {
    const ended = applied(
      running(),
      settle(running(), { kind: 'failed', error, kinds: ['Error'], retryable: true }, NOW, 0.5),
    )
    expect(ended).toMatchObject({ state: 'failed', lane: 'history', status: { error, reason: null } })
  })
})

describe('a failure with retry', () => {
  const retry: RetryPolicy = { ...DEFAULT_RETRY, capMs: 60_000 }

  test('waits for its next attempt, owned by nobody, and keeps its error', () => {
    const run = running({ retry }, { attempt: 2 })
    const waiting = applied(run, settle(run, { kind: 'failed', error, kinds: ['Error'], retryable: true }, NOW, 0.5))
    expect(waiting).toMatchObject({ state: 'pending', lane: 'run', due: NOW + 2_000, at: NOW })
    expect(waiting.status).toMatchObject({ worker: null, error, attempt: 2, fence: 2 })
  })

  test('is dead after its last attempt and waits for an operator', () => {
    const run = running({ retry }, { attempt: 3 })
    const dead = applied(run, settle(run, { kind: 'failed', error, kinds: ['Error'], retryable: true }, NOW, 0.5))
    expect(dead).toMatchObject({ state: 'dead', lane: 'run', due: null })
    expect(dead.status).toMatchObject({ error, reason: 'attempts-used-up' })
  })

  test('that must not be retried fails at once', () => {
    const run = running({ retry }, { attempt: 1 })
    const failure = { kind: 'failed', error, kinds: ['Error'] } as const
    const failed = { state: 'failed', lane: 'history', status: { error, reason: 'not-retryable' } }
    expect(settle(run, { ...failure, retryable: false }, NOW, 0.5)).toMatchObject(failed)
    const picky = running({ retry: { ...retry, never: ['Error'] } }, { attempt: 1 })
    expect(settle(picky, { ...failure, retryable: true }, NOW, 0.5)).toMatchObject(failed)
    expect(settle(picky, { ...failure, kinds: ['E_BUSY'], retryable: true }, NOW, 0.5).state).toBe('pending')
  })

  test('that must not be retried fails at its last attempt too: it is no dead letter', () => {
    const run = running({ retry: { ...retry, only: ['E_BUSY'] } }, { attempt: 3 })
    const failure = { kind: 'failed', error, retryable: true } as const
    expect(settle(run, { ...failure, kinds: ['Error'] }, NOW, 0.5).state).toBe('failed')
    expect(settle(run, { ...failure, kinds: ['Error', 'E_BUSY'] }, NOW, 0.5).state).toBe('dead')
  })

  test('the next claim counts as an attempt and forgets when the last one ended', () => {
    const run = running({ retry })
    const waiting = applied(run, settle(run, { kind: 'failed', error, kinds: ['Error'], retryable: true }, NOW, 0.5))
    const again = applied(waiting, claim(waiting, { worker: 'w2', now: NOW + 1_000, until: NOW + 16_000 }))
    expect(again.status).toMatchObject({ attempt: 2, worker: 'w2', startedAt: NOW + 1_000, finishedAt: null, fence: 4 })
  })
})

describe('a hand-back', () => {
  test('makes the run due at once for anybody and does not count the attempt', () => {
    const run = running()
    const back = applied(run, handBack(run, NOW + 7))
    expect(back).toMatchObject({ state: 'pending', lane: 'run', due: NOW + 7 })
    expect(back.status).toMatchObject({ attempt: 0, worker: null, startedAt: null, reason: 'handed-back', crashes: 0 })
    expect(applied(back, claim(back, lease)).status).toMatchObject({ attempt: 1, reason: null })
  })
})

describe('a lost lease', () => {
  test("with onCrash 'retry' is taken over: another attempt, another fence, one more crash", () => {
    const run = running()
    const { patch, claimed } = takeOver(run, { worker: 'w2', now: NOW + 20_000, until: NOW + 35_000 })
    expect(claimed).toBe(true)
    expect(applied(run, patch)).toMatchObject({
      state: 'running',
      due: NOW + 35_000,
      status: { attempt: 2, crashes: 1, fence: 3, worker: 'w2' },
    })
  })

  test('is dead after so many crashes, and others are untouched', () => {
    const run = running({}, { crashes: MAX_CRASHES - 1 })
    const { patch, claimed } = takeOver(run, lease)
    expect(claimed).toBe(false)
    expect(applied(run, patch)).toMatchObject({
      state: 'dead',
      lane: 'run',
      due: null,
      status: { crashes: MAX_CRASHES, reason: 'max-crashes' },
    })
    expect(takeOver(running({}, { crashes: MAX_CRASHES - 2 }), lease).claimed).toBe(true)
  })

  test.each([
    ['abandon', 'failed', 'history'],
    ['unknown', 'unknown', 'run'],
  ] as const)("with onCrash '%s' ends the run as %s", (onCrash, state, lane) => {
    const run = running({ onCrash })
    const { patch, claimed } = takeOver(run, lease)
    expect(claimed).toBe(false)
    expect(applied(run, patch)).toMatchObject({ state, lane, status: { crashes: 1, reason: 'lease-lost' } })
    if (state === 'unknown') expect(patch.due).toBeNull()
  })
})

describe('what people do', () => {
  test('cancelling ends a run that waits or runs', () => {
    for (const run of [pending(), running()]) {
      expect(applied(run, cancel(run, 'cancelled', NOW + 1))).toMatchObject({
        state: 'cancelled',
        lane: 'history',
        status: { reason: 'cancelled', finishedAt: NOW + 1 },
      })
    }
  })

  test('retrying starts from the beginning, with a larger fence than ever before', () => {
    const run = running({}, { attempt: 5, crashes: 3, error })
    const dead = applied(run, takeOver(run, lease).patch)
    const again = applied(dead, retryFinished(dead, NOW + 50))
    expect(again).toMatchObject({ state: 'pending', lane: 'run', due: NOW + 50 })
    expect(again.status).toEqual({ ...FRESH_STATUS, reason: 'retried', resume: 'manual' })
    expect(applied(again, claim(again, lease)).status.fence).toBeGreaterThan(dead.status.fence)
  })
})

describe('how long a finished run is kept', () => {
  const history: HistoryPolicy = { ...DEFAULT_HISTORY, maxAgeMs: DAY, byStateMs: { failed: 7 * DAY, skipped: 1_000 } }

  test('depends on the state it ended in, where the policy says so', () => {
    const run = running({ history })
    const failure = { kind: 'failed', error, kinds: [], retryable: true } as const
    expect(settle(run, { kind: 'completed', output: 1, reason: null }, NOW, 0.5).due).toBe(NOW + DAY)
    expect(settle(run, failure, NOW, 0.5)).toMatchObject({ state: 'failed', due: NOW + 7 * DAY })
    expect(cancel(run, 'cancelled', NOW).due).toBe(NOW + DAY)
    expect(skippedFire(job({ history }), { at: NOW, reason: 'misfire', count: 1 }, NOW).due).toBe(NOW + 1_000)
  })
})

test('what made the run stays known whatever happens to it', () => {
  let run = newRun(job(), { id: 'r', origin: 'manual', at: NOW })
  for (const step of [claim(run, lease), handBack(run, NOW), cancel(run, 'x', NOW), retryFinished(run, NOW)]) {
    run = applied(run, step)
    expect(run.status.origin).toBe('manual')
  }
})

describe('the change that writes a step', () => {
  test('needs the version that its author saw', () => {
    const patch = cancel(running(), 'x', NOW)
    expect(runChange(running(), patch)).toEqual({ expect: 2, key: { kind: 'run', id: `report@${NOW}` }, patch })
  })

  test('removes a finished run of which no history is kept, but never one that waits for an operator', () => {
    const run = running({ history: { ...DEFAULT_HISTORY, keep: 0 } })
    const end = settle(run, { kind: 'completed', output: 1, reason: null }, NOW, 0.5)
    expect(runChange(run, end)).toMatchObject({ patch: null })
    expect(runChange(run, renew(run, NOW + 1, run.status))).toMatchObject({ patch: { due: NOW + 1 } })
    const dying = { ...run, status: { ...run.status, crashes: 2 } }
    expect(runChange(dying, takeOver(dying, lease).patch)).toMatchObject({ patch: { state: 'dead' } })
  })
})
