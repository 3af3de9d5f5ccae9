/** Every index of the Redis store says what the records say, whatever was done to them; and no text is left behind. */

import { Redis } from 'ioredis'
import { expect, it, onTestFinished } from 'vitest'
import type { Change, RecordKey, RecordPatch } from '../../../../src/jobs/record.ts'
import { jobRecord, runRecord } from '../../../../src/testing/conformance/records.ts'
import { seededRandom } from '../../../../src/testing/random.ts'
import { newPrefix, openStore, url } from './open-store.ts'

const BATCHES = 150
const CHANGES = 60

/** `<key> <member>` -> its score, or the value of the field. */
type Entries = Map<string, string>

it('keeps its indexes in step with the records through random changes', async () => {
  const client = new Redis(url)
  onTestFinished(() => client.disconnect())
  const prefix = newPrefix()
  const store = await openStore({ prefix, notify: false })
  const random = seededRandom(7)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  let applied = 0

  const headerOf = (kind: 'job' | 'run') => ({
    lane: kind === 'job' ? ('job' as const) : pick(['run', 'history'] as const),
    state: pick(kind === 'job' ? ['waiting', 'paused'] : ['pending', 'running', 'completed', 'dead']),
    due: pick([null, 1, 2, 3e12]),
    at: pick([0, 1, 2]),
    functionRef: pick(['f', 'g:h']),
    queue: pick(['a', 'b:c', 'd e%']),
    priority: pick([-1, 0, 5]),
  })
  /** Long texts are kept apart. */
  const textOf = () => 'x'.repeat(pick([10, 2_000]))
  const changeOf = (key: RecordKey, version: number): Change => {
    const kind = key.kind === 'job' ? 'job' : 'run'
    const header = headerOf(kind)
    if (version === 0) {
      const jobId = pick([null, 'j1', 'j:2'])
      const record =
        kind === 'job'
          ? jobRecord(key.id, { ...header, lane: 'job', spec: { input: textOf() } })
          : runRecord(key.id, { ...header, lane: pick(['run', 'history']), jobId, spec: { input: textOf() } })
      return { expect: 0, record }
    }
    const { spec, status } = runRecord('', { spec: { input: textOf() }, status: { output: textOf() } })
    const contents = kind === 'run' ? { spec, status } : {}
    const given = Object.entries({ ...header, ...contents }).filter(() => random() < 0.5)
    return { expect: version, key, patch: random() < 0.1 ? null : (Object.fromEntries(given) as RecordPatch) }
  }

  for (let batch = 0; batch < BATCHES; batch += 1) {
    const keys = Array.from({ length: CHANGES }, (): RecordKey => {
      return random() < 0.2
        ? { kind: 'job', id: `j${pick([1, 2, 3, 4, 5])}` }
        : { kind: 'run', id: `r${Math.floor(random() * 200)}` }
    })
    const found = await store.get(keys)
    const results = await store.commit(keys.map((key, index) => changeOf(key, found[index]?.version ?? 0)))
    applied += results.filter((result) => result.applied).length
    if (batch % 30 === 0) {
      const series = ['j1', 'j:2', null].map((jobId) => ({ jobId, functionRef: 'g:h', keep: pick([1, 3, 20]) }))
      await store.trim(series)
    }
    if (batch === 75) await store.removeJobs()
  }

  expect(applied).toBeGreaterThan(BATCHES * 20)
  const many = await readAll(client, `{${prefix}}:`)
  expect(many.records.size).toBeGreaterThan(50)
  expect(many.entries).toEqual(expectedEntries(many.records))

  const runs = await store.list({ kind: 'run', limit: 1_000 })
  await store.commit(
    runs.slice(3).map(({ kind, id, version }) => ({ expect: version, key: { kind, id }, patch: null })),
  )
  const few = await readAll(client, `{${prefix}}:`)
  expect(few.records.size).toBeLessThan(10)
  expect(few.entries).toEqual(expectedEntries(few.records))
})

/** What the indexes should be, told from the records. */
function expectedEntries(records: ReadonlyMap<string, Kept>): Entries {
  const entries: Entries = new Map()
  const put = (key: string, member: string, score = ''): void => void entries.set(`${key} ${member}`, score)
  const add = (key: string, field: string): void =>
    put(key, field, String(Number(entries.get(`${key} ${field}`) ?? 0) + 1))
  for (const [name, { seq, at, due, place }] of records) {
    const [kind = '', lane = '', state = '', jobId = '', functionRef = '', queue = '', priority = ''] = place
    const isOpen = kind === 'run' && (state === 'pending' || state === 'running')
    put(`list:${kind}:${isOpen ? 'open' : state}`, name, at)
    if (due !== '') put(lane === 'run' ? `due:run:${priority}:${queue}` : `due:${lane}`, `${seq}:${name}`, due)
    if (due !== '' && lane === 'run') {
      put(`priorities:${queue}`, priority, priority)
      put('queues', queue)
    }
    const standing = lane === 'history' ? 'over' : isOpen ? 'open' : 'dead'
    if (kind === 'run' && jobId !== '') put(`${standing}:job:${jobId}`, name, at)
    if (kind === 'run' && jobId === '' && lane === 'history') put(`over:function:${functionRef}`, name, at)
    add('counts', `${kind}:${state}`)
    add('counts', `${kind}:${state}:${queue}`)
  }
  return entries
}

/** A record as it is kept: what its indexes depend on, and which of its texts are kept apart. */
interface Kept {
  readonly seq: string
  readonly at: string
  readonly due: string
  readonly place: readonly string[]
  readonly apart: readonly string[]
}

function keptOf(text: string): Kept {
  const [head = ''] = text.split('\n')
  const [seq = '', , at = '', due = '', status, spec, ...place] = head.replace(/^\*/, '').split(' ')
  const apart = [...(status === '*' ? ['status'] : []), ...(spec === '*' ? ['spec'] : [])]
  expect(head.startsWith('*')).toBe(apart.length > 0)
  return { seq, at, due, place, apart }
}

async function readAll(client: Redis, root: string) {
  const records = new Map<string, Kept>()
  const entries: Entries = new Map()
  const apart: string[] = []
  for (const key of await client.keys(`${root}*`)) {
    const name = key.slice(root.length)
    const type = await client.type(key)
    if (/^(run|job):/.test(name)) records.set(name, keptOf((await client.get(key)) ?? ''))
    else if (/^(status|spec):/.test(name)) apart.push(name)
    else if (type === 'hash') {
      for (const [field, value] of Object.entries(await client.hgetall(key))) entries.set(`${name} ${field}`, value)
    } else if (type === 'zset') {
      const members = await client.zrange(key, '0', '-1', 'WITHSCORES')
      for (let index = 0; index < members.length; index += 2) {
        entries.set(`${name} ${members[index]}`, members[index + 1] ?? '')
      }
    } else if (name === 'queues') {
      for (const member of await client.smembers(key)) entries.set(`${name} ${member}`, '')
    }
  }
  const expected = [...records].flatMap(([name, kept]) => kept.apart.map((part) => `${part}:${name}`))
  expect(apart.sort()).toEqual(expected.sort())
  return { records, entries }
}
