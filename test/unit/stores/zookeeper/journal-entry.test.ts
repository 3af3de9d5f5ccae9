import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { noteRecord } from '../../../../src/jobs/notes.ts'
import { entryData, entryFrom, lastEntryData, type Mention } from '../../../../src/stores/zookeeper/journal-entry.ts'
import { keyText } from '../../../../src/stores/zookeeper/paths.ts'
import { RecordIndex } from '../../../../src/stores/zookeeper/record-index.ts'
import { recordAfter, type StoredRecord } from '../../../../src/stores/zookeeper/znode.ts'
import { NOW } from '../../../../src/testing/conformance/records.ts'

const claim = { state: 'running', due: NOW + 30_000 }
const end = { lane: 'history', state: 'completed', due: null } as const

describe('an entry of the journal', () => {
  it('says what happened to each record, and has what many have in common once', () => {
    const changed = ['a', 'b'].map((id, index) => ({
      ...({ kind: 'run', id, order: 17 + index, znodeVersion: 2, header: claim, isBodyKept: false } as const),
    }))
    const mentions: Mention[] = [
      { kind: 'job', id: 'to be read' },
      ...changed,
      { kind: 'run', id: 'c', order: 19, znodeVersion: 1, header: {}, isBodyKept: true },
      { kind: 'run', id: 'd', order: 20, znodeVersion: 3, header: end, isBodyKept: true },
      { kind: 'log', id: 'gone', order: 21, header: null },
    ]
    const data = entryData(mentions, true)
    expect(entryFrom(data)).toEqual({ mentions, isNews: true, isLast: false })
    expect(data.toString().match(/running/g)).toHaveLength(1)
    expect(entryFrom(lastEntryData())).toEqual({ mentions: [], isNews: false, isLast: true })
  })

  it.each([
    ['no JSON', '{"records":[["run","a"]', []],
    ['something else', '[1]', []],
    ['a kind of a later release', '{"records":[["parcel","a"],["run","b"]]}', [{ kind: 'run', id: 'b' }]],
    ['a patch that is not there', '{"records":[["run","a",1,2,0]]}', [{ kind: 'run', id: 'a' }]],
    [
      'a patch that makes no sense',
      '{"records":[["run","a",1,2,0]],"patches":[{"due":"soon"}]}',
      [{ kind: 'run', id: 'a' }],
    ],
    [
      'a lane of a later release',
      '{"records":[["run","a",1,2,0]],"patches":[{"lane":"fast"}]}',
      [{ kind: 'run', id: 'a' }],
    ],
    ['an order that is none', '{"records":[["run","a","first"]]}', [{ kind: 'run', id: 'a' }]],
  ])('has records read of which it says what is not understood: %s', (_name, text, mentions) => {
    expect(entryFrom(Buffer.from(text)).mentions).toEqual(mentions)
  })
})

/** What a writer does to a record; another one than it is for where it cannot be done. */
interface Step {
  readonly writer: number
  readonly id: string
  readonly act: 'add' | 'claim' | 'end' | 'renew' | 'remove'
  /** Whose segment the reader reads after it, as far as it goes by then. */
  readonly read: number | undefined
}

const WRITERS = 3
const writer = fc.nat({ max: WRITERS - 1 })
const step: fc.Arbitrary<Step> = fc.record({
  writer,
  id: fc.constantFrom('a', 'a', 'a', 'b'),
  act: fc.constantFrom('add', 'claim', 'end', 'renew', 'remove'),
  read: fc.option(writer, { nil: undefined, freq: 2 }),
})

describe('an index that follows the journals of others', () => {
  it('has in the end what the server has, in whatever order it reads them', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 60, size: 'max' }), (steps) => {
        const server = new Map<string, StoredRecord>()
        const segments: Buffer[][] = Array.from({ length: WRITERS }, () => [])
        const index = new RecordIndex()
        let order = 0
        const catchUp = (writers: readonly number[]): void => {
          const unread = new Map<string, Mention>()
          for (const writer of writers) {
            for (const data of segments[writer]?.splice(0) ?? []) {
              for (const mention of entryFrom(data).mentions) {
                const isTaken = !unread.has(keyText(mention)) && 'header' in mention && index.takeIn(mention)
                if (!isTaken) unread.set(keyText(mention), mention)
              }
            }
          }
          for (const key of unread.values()) {
            const record = server.get(keyText(key))
            if (record === undefined) index.remove(key)
            else index.put(record)
          }
        }
        for (const { writer, id, act, read } of steps) {
          const mention = happen(server, id, act, () => {
            order += 1
            return order
          })
          if (mention !== undefined) segments[writer]?.push(entryData([mention], false))
          if (read !== undefined) catchUp([read])
        }
        catchUp([...segments.keys()])
        for (const id of ['a', 'b']) {
          const [seen, stored] = [index.get({ kind: 'run', id }), server.get(`run/${id}`)]
          expect(seen && { ...seen, body: undefined }).toEqual(stored && { ...stored, body: undefined })
          // What it thinks the contents are, where it thinks so.
          if (seen?.body !== undefined) expect(seen.body).toEqual(stored?.body)
        }
      }),
      { numRuns: 2_000 },
    )
  })
})

/** Changes the server, and says what the journal says of it; undefined where it cannot be done. */
function happen(
  server: Map<string, StoredRecord>,
  id: string,
  act: Step['act'],
  nextOrder: () => number,
): Mention | undefined {
  const key = { kind: 'run', id } as const
  const current = server.get(keyText(key))
  if (act === 'add') {
    if (current !== undefined) return undefined
    const { status: _status, spec: _spec, ...header } = noteRecord('key', id, { runId: id, until: NOW }, NOW, NOW)
    const body = { spec: '{}', status: null }
    server.set(keyText(key), { ...header, ...key, lane: 'run', order: nextOrder(), znodeVersion: 0, body, texts: [] })
    return key
  }
  if (current === undefined) return undefined
  const { order } = current
  if (act === 'remove') {
    server.delete(keyText(key))
    return { ...key, order, header: null }
  }
  const header = act === 'claim' ? claim : act === 'end' ? end : { due: NOW + current.version }
  const isBodyKept = act === 'renew'
  const body = isBodyKept ? current.body : { spec: '{}', status: `after ${current.version}` }
  const next = recordAfter(current, header, body)
  server.set(keyText(key), next)
  return { ...key, order, znodeVersion: next.znodeVersion, header, isBodyKept }
}
