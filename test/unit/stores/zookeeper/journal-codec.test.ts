import { describe, expect, it } from 'vitest'
import { entryData, entryFrom, lastEntryData } from '../../../../src/stores/zookeeper/journal-codec.ts'
import { creationOf, type Mention, toldBytes } from '../../../../src/stores/zookeeper/journal-entry.ts'
import { NOW, runRecord } from '../../../../src/testing/conformance/records.ts'

const claim = { state: 'running', due: NOW + 30_000 }
const end = { lane: 'history', state: 'completed', due: null } as const

describe('an entry of the journal', () => {
  it('says what happened to each record, and has what many have in common once', () => {
    const told = { kind: 'run', header: claim, isBodyKept: false } as const
    const header = { ...claim, version: 1, lane: 'run', at: NOW, functionRef: 'f', queue: 'q', priority: 0 } as const
    const mentions: Mention[] = [
      { kind: 'job', id: 'to be read' },
      { type: 'changed', ...told, id: 'a', order: 17, znodeVersion: 2 },
      { type: 'changed', ...told, id: 'b', order: 18, znodeVersion: 2 },
      { type: 'changed', kind: 'run', id: 'c', order: 19, znodeVersion: 1, header: {}, isBodyKept: true },
      { type: 'changed', kind: 'run', id: 'd', order: 20, znodeVersion: 3, header: end, isBodyKept: true },
      { type: 'removed', kind: 'log', id: 'gone', order: 21 },
      { type: 'added', kind: 'run', id: 'e', order: 22, header, jobId: null, body: undefined },
      { type: 'added', kind: 'run', id: 'f', order: 23, header, jobId: 'job', body: { spec: '{}', status: null } },
    ]
    const data = entryData(mentions, true)
    expect(entryFrom(data)).toEqual({ mentions, isNews: true, isLast: false })
    expect(data.toString().match(/running/g)).toHaveLength(3)
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
    ['a header that is not there', '{"records":[["run","a",1,0,0,null]]}', [{ kind: 'run', id: 'a' }]],
    [
      'a header that lacks something',
      '{"records":[["run","a",1,0,0,null]],"headers":[{"version":1,"lane":"run"}]}',
      [{ kind: 'run', id: 'a' }],
    ],
    [
      'a status that is none',
      '{"records":[["run","a",1,0,0,null,"{}"]],"headers":[{"version":1,"lane":"run","due":1,"state":"pending","at":1,"functionRef":"f","queue":"q","priority":0,"status":7}]}',
      [{ kind: 'run', id: 'a' }],
    ],
    ['an order that is none', '{"records":[["run","a","first"]]}', [{ kind: 'run', id: 'a' }]],
  ])('has records read of which it says what is not understood: %s', (_name, text, mentions) => {
    expect(entryFrom(Buffer.from(text)).mentions).toEqual(mentions)
  })

  it('tells short contents of what was added, and says how large that is', () => {
    const { status: _status, spec: _spec, ...header } = runRecord('run')
    const added = { ...header, order: 1, znodeVersion: 0, texts: [] }
    const bodies = [
      { spec: 's'.repeat(500), status: null },
      { spec: 's', status: 't'.repeat(500) },
      { spec: 's'.repeat(501), status: null },
      { spec: 's', status: 't'.repeat(501) },
    ]
    const told = bodies.map((body) => creationOf({ ...added, body }))
    expect(told.map((mention) => 'body' in mention && mention.body)).toEqual([
      ...bodies.slice(0, 2),
      undefined,
      undefined,
    ])
    for (const mention of told) expect(entryData([mention], false).length).toBeLessThan(toldBytes(mention) + 250)
    const apart = { spec: { name: 'large', parts: 2 }, status: null }
    expect(creationOf({ ...added, body: apart, texts: [apart.spec] })).toEqual({ kind: 'run', id: 'run' })
  })
})
