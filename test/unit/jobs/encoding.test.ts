import { describe, expect, test } from 'vitest'
import { decodeSpec, decodeStatus, ENCODING_VERSION, encodeSpec, encodeStatus } from '../../../src/jobs/encoding.ts'
import type { JobSpec } from '../../../src/jobs/job.ts'
import { DEFAULT_HISTORY, DEFAULT_POLICY, DEFAULT_RETRY, type JobPolicy } from '../../../src/jobs/policy.ts'
import { FRESH_STATUS, type RunSpec, type RunStatus } from '../../../src/jobs/run.ts'
import { jsonSerializer, type Serializer } from '../../../src/jobs/serializer.ts'
import { UNWRITTEN_POLICY } from '../../../src/jobs/stored-policy.ts'
import { cron, interval } from '../../../src/triggers/index.ts'

const policy: JobPolicy = {
  ...DEFAULT_POLICY,
  coalesce: false,
  maxRuns: 5,
  timeoutMs: 1_000,
  retry: {
    ...DEFAULT_RETRY,
    baseMs: 10,
    delaysMs: [10, 50],
    capMs: 100,
    jitter: 0.1,
    only: ['E_BUSY'],
    never: ['E_GONE'],
  },
  onCrash: 'unknown',
  overlap: 'queue',
  history: { ...DEFAULT_HISTORY, keep: 5, byStateMs: { failed: 7_000 }, logMaxAgeMs: 9_000 },
}

const jobSpec: JobSpec = {
  name: 'report',
  trigger: cron('0 9 * * 1-5', { timezone: 'Europe/Athens' }),
  input: { at: new Date(5), to: ['a'] },
  executor: 'default',
  policy,
  tags: ['mail'],
  metadata: { owner: 'me' },
  override: {
    changes: { timeout: '1s', retry: { delay: ['10ms', '50ms'] } },
    declared: { queue: 'mail', priority: 5, policy: { ...policy, timeoutMs: null } },
  },
}

const runSpec: RunSpec = { input: undefined, executor: 'threads', policy }

const status: RunStatus = {
  origin: 'manual',
  attempt: 2,
  crashes: 1,
  fence: 7,
  worker: 'w1',
  startedAt: 1_000,
  finishedAt: 2_000,
  reason: 'fine',
  output: new Map([[1, 2n]]),
  error: { name: 'Error', message: 'broken', code: 'E_X', stack: 'Error: broken' },
  progress: { done: 1, total: 2, message: 'half' },
  checkpoint: { line: 5n },
  counters: { read: 7 },
  resume: 'crash',
  count: 3,
}

/** The stored text with something else in place of some of its fields. */
function spoiled(text: string, changes: object): string {
  return JSON.stringify({ ...JSON.parse(text), ...changes })
}

describe('specs', () => {
  test('of a job are read back as they were', () => {
    const back = decodeSpec('job', encodeSpec('job', jobSpec, jsonSerializer), jsonSerializer)
    expect({ ...back, trigger: back.trigger.toJSON() }).toStrictEqual({ ...jobSpec, trigger: jobSpec.trigger.toJSON() })
    expect(back.trigger.next(new Date(0))).toEqual(jobSpec.trigger.next(new Date(0)))
  })

  test('of a run are read back as they were', () => {
    const back = decodeSpec('run', encodeSpec('run', runSpec, jsonSerializer), jsonSerializer)
    expect(back).toStrictEqual(runSpec)
  })

  test('a run whose input has a trigger is no job', () => {
    const spec: RunSpec = { ...runSpec, input: { trigger: 'x' } }
    expect(decodeSpec('run', encodeSpec('run', spec, jsonSerializer), jsonSerializer)).toStrictEqual(spec)
  })

  test('have their version in front', () => {
    expect(encodeSpec('run', runSpec, jsonSerializer)).toMatch(new RegExp(`^\\{"v":${ENCODING_VERSION},`))
  })

  test('go through the serializer of the store', () => {
    const reversed: Serializer = {
      encode: (value) => [...jsonSerializer.encode(value)].reverse().join(''),
      decode: (text) => jsonSerializer.decode([...text].reverse().join('')),
    }
    const text = encodeSpec('run', runSpec, reversed)
    expect(text).not.toContain('origin')
    expect(decodeSpec('run', text, reversed)).toStrictEqual(runSpec)
  })

  const bad: [string, object][] = [
    ['v', { v: ENCODING_VERSION + 1 }],
    ['v', { v: 'one' }],
    ['name', { name: null }],
    ['executor', { executor: 5 }],
    ['policy', { policy: null }],
    ['policy.coalesce', { policy: { ...policy, coalesce: 'yes' } }],
    ['policy.maxInstances', { policy: { ...policy, maxInstances: '1' } }],
    ['policy.onCrash', { policy: { ...policy, onCrash: 'explode' } }],
    ['policy.retry', { policy: { ...policy, retry: 3 } }],
    ['policy.retry.factor', { policy: { ...policy, retry: { ...policy.retry, factor: null } } }],
    ['policy.history.keep', { policy: { ...policy, history: { keep: 'many' } } }],
    ['policy.retry.delaysMs', { policy: { ...policy, retry: { ...policy.retry, delaysMs: ['1s'] } } }],
    ['policy.retry.only', { policy: { ...policy, retry: { ...policy.retry, only: 'E_BUSY' } } }],
    ['policy.overlap', { policy: { ...policy, overlap: 'sometimes' } }],
    [
      'policy.history.byStateMs.failed',
      { policy: { ...policy, history: { ...policy.history, byStateMs: { failed: '1d' } } } },
    ],
    ['override.changes', { override: { changes: [], declared: { queue: 'a', priority: 0 } } }],
    ['override.declared.queue', { override: { changes: {}, declared: { priority: 0 } } }],
    ['tags', { tags: [1] }],
    ['metadata', { metadata: [] }],
  ]

  test.each(bad)('with a wrong %s are refused by its name', (field, changes) => {
    const text = spoiled(encodeSpec('job', jobSpec, jsonSerializer), changes)
    expect(() => decodeSpec('job', text, jsonSerializer)).toThrow(
      expect.objectContaining({
        code: 'DESERIALIZATION',
        details: expect.objectContaining({ field: `job.spec.${field}` }),
      }),
    )
  })

  test('with a trigger that is none, or with text that is none, are refused', () => {
    const text = encodeSpec('job', jobSpec, jsonSerializer)
    expect(() => decodeSpec('job', spoiled(text, { trigger: { v: 1, type: 'moon' } }), jsonSerializer)).toThrow()
    for (const broken of ['', 'null', '[]', '"x"', text.slice(0, -1)]) {
      expect(() => decodeSpec('job', broken, jsonSerializer)).toThrow()
    }
  })

  test('of a run with an unknown origin are refused', () => {
    const text = spoiled(encodeStatus(status, jsonSerializer) ?? '', { origin: 'magic' })
    expect(() => decodeStatus('run', text, jsonSerializer)).toThrow(/run\.status\.origin must be one of schedule/)
  })
})

describe('what layout 1 leaves out', () => {
  test('the policy that is not written is the one that it always was: changing it needs a layout 2', () => {
    expect(ENCODING_VERSION).toBe(1)
    expect(UNWRITTEN_POLICY).toEqual({
      coalesce: true,
      maxInstances: 1,
      overlap: 'skip',
      maxRuns: null,
      misfireGraceMs: null,
      timeoutMs: null,
      retry: {
        ...{ attempts: 1, baseMs: 0, factor: 1, stepMs: 0, delaysMs: null, capMs: 0, jitter: 0 },
        ...{ only: null, never: [] },
      },
      onCrash: 'retry',
      history: { keep: 100, maxAgeMs: 30 * 86_400_000, byStateMs: null, logMaxAgeMs: 7 * 86_400_000 },
    })
  })

  test('a policy that was written before these fields were there means their defaults', () => {
    const written = {
      ...{
        coalesce: false,
        maxInstances: 2,
        maxRuns: null,
        misfireGraceMs: null,
        timeoutMs: 5_000,
        onCrash: 'abandon',
      },
      retry: { attempts: 4, baseMs: 10, factor: 3, capMs: 100, jitter: 0.1 },
      history: { keep: 5, maxAgeMs: 1_000 },
      mood: 'written by a later release',
    }
    const text = spoiled(encodeSpec('run', runSpec, jsonSerializer), { policy: written })
    expect(decodeSpec('run', text, jsonSerializer).policy).toStrictEqual({
      ...DEFAULT_POLICY,
      ...{ coalesce: false, maxInstances: 2, timeoutMs: 5_000, onCrash: 'abandon' },
      retry: { ...DEFAULT_RETRY, ...written.retry },
      history: { ...DEFAULT_HISTORY, ...written.history },
    })
  })

  test('of a policy only what differs is written, and equal ones are read as one object', () => {
    const unusual = { ...DEFAULT_POLICY, timeoutMs: 5_000, history: { ...DEFAULT_HISTORY, keep: 7 } }
    const text = encodeSpec('run', { ...runSpec, policy: unusual }, jsonSerializer)
    expect(JSON.parse(text)).toMatchObject({ policy: { timeoutMs: 5_000, history: { keep: 7 } } })
    expect(text).toContain('"policy":{"timeoutMs":5000,"history":{"keep":7}}')
    const read = decodeSpec('run', text, jsonSerializer).policy
    expect(read).toStrictEqual(unusual)
    expect(decodeSpec('run', text, jsonSerializer).policy).toBe(read)
  })

  test('a policy that equals the usual one is not written', () => {
    const text = encodeSpec('run', { ...runSpec, policy: structuredClone(DEFAULT_POLICY) }, jsonSerializer)
    // Its lists are others, and are all that is written.
    expect(JSON.parse(text)).not.toHaveProperty('policy.history')
  })

  test('an override takes no room where there is none, nor a declared policy that is the usual one', () => {
    const plain = { ...jobSpec, override: null }
    expect(JSON.parse(encodeSpec('job', plain, jsonSerializer))).not.toHaveProperty('override')
    const declared = { queue: 'mail', priority: 5, policy: UNWRITTEN_POLICY }
    const spec = { ...jobSpec, override: { changes: { queue: 'low' }, declared } }
    const text = encodeSpec('job', spec, jsonSerializer)
    expect(JSON.parse(text)).toMatchObject({ override: { declared: { queue: 'mail', priority: 5 } } })
    expect(text).not.toContain('"declared":{"queue":"mail","priority":5,"policy"')
    expect(decodeSpec('job', text, jsonSerializer).override).toStrictEqual(spec.override)
  })

  test('a spec without input and with that policy is read back whole', () => {
    const spec: RunSpec = { input: undefined, executor: 'default', policy: UNWRITTEN_POLICY }
    const text = encodeSpec('run', spec, jsonSerializer)
    expect(JSON.parse(text)).toEqual({ v: 1, executor: 'default' })
    expect(decodeSpec('run', text, jsonSerializer)).toStrictEqual(spec)
  })

  test('a run that shares the spec of its job writes only its own part', () => {
    const text = encodeSpec('run', jobSpec, jsonSerializer)
    expect(Object.keys(JSON.parse(text)).sort()).toEqual(['executor', 'input', 'policy', 'v'])
  })
})

describe('statuses', () => {
  test('of a run are read back as they were', () => {
    const text = encodeStatus(status, jsonSerializer)
    expect(decodeStatus('run', text, jsonSerializer)).toStrictEqual(status)
  })

  test('of a fresh run take no room', () => {
    expect(encodeStatus(FRESH_STATUS, jsonSerializer)).toBe('{}')
    expect(decodeStatus('run', '{}', jsonSerializer)).toStrictEqual(FRESH_STATUS)
  })

  test('keep every field alone', () => {
    for (const [field, value] of Object.entries(status)) {
      const changed = { ...FRESH_STATUS, [field]: value } as RunStatus
      expect(decodeStatus('run', encodeStatus(changed, jsonSerializer), jsonSerializer)).toStrictEqual(changed)
    }
  })

  test('an output of null is not the same as none', () => {
    const completed = { ...FRESH_STATUS, output: null }
    expect(decodeStatus('run', encodeStatus(completed, jsonSerializer), jsonSerializer).output).toBeNull()
  })

  test('of a job count its fires, or are not there', () => {
    expect(decodeStatus('job', encodeStatus({ fires: 4 }, jsonSerializer), jsonSerializer)).toEqual({ fires: 4 })
    expect(encodeStatus(null, jsonSerializer)).toBeNull()
    expect(decodeStatus('job', null, jsonSerializer)).toBeNull()
  })

  test.each([
    ['attempt', { attempt: '2' }],
    ['worker', { worker: 5 }],
    ['startedAt', { startedAt: 'now' }],
    ['error', { error: 'broken' }],
    ['error.message', { error: { name: 'Error' } }],
    ['error.code', { error: { name: 'Error', message: 'x', code: 5 } }],
    ['progress.done', { progress: { total: 1 } }],
    ['count', { count: null }],
  ])('with a wrong %s are refused by its name', (field, changes) => {
    expect(() => decodeStatus('run', JSON.stringify(changes), jsonSerializer)).toThrow(
      expect.objectContaining({
        code: 'DESERIALIZATION',
        details: expect.objectContaining({ field: `run.status.${field}` }),
      }),
    )
  })

  test('with a field that is not known are read, because a later release may have written them', () => {
    expect(decodeStatus('run', '{"attempt":1,"mood":"good"}', jsonSerializer)).toStrictEqual({
      ...FRESH_STATUS,
      attempt: 1,
    })
  })
})

test('a trigger that was bound to its job stays bound in the text', () => {
  const trigger = interval('1h', { jitter: '5m' }).bind({ timezone: 'UTC', anchorMs: 1_000, seed: 'job' })
  const back = decodeSpec('job', encodeSpec('job', { ...jobSpec, trigger }, jsonSerializer), jsonSerializer)
  expect(back.trigger.nextAt(5_000)).toBe(trigger.nextAt(5_000))
})
