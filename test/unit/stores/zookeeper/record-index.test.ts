/**
 * An index that follows what others write: several writers change records on a server, each with a journal of its own, and a
 * reader reads the journals one after the other, in readings as `followers.ts` makes them, with more written in between.
 */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { entryData, entryFrom } from '../../../../src/stores/zookeeper/journal-codec.ts'
import {
  changeOf,
  creationOf,
  isTold,
  type Mention,
  removalOf,
} from '../../../../src/stores/zookeeper/journal-entry.ts'
import { keyText } from '../../../../src/stores/zookeeper/paths.ts'
import { RecordIndex } from '../../../../src/stores/zookeeper/record-index.ts'
import { recordAfter, type StoredRecord } from '../../../../src/stores/zookeeper/znode.ts'
import { NOW, runRecord } from '../../../../src/testing/conformance/records.ts'

const WRITERS = 3
const IDS = ['a', 'b']

type Act = 'add' | 'claim' | 'end' | 'renew' | 'remove'

/** What happens next: a writer changes a record, or the reader does something. */
type Step =
  | { readonly writer: number; readonly id: string; readonly act: Act }
  /** Reads one more journal, or in a reload finds out where it ends. */
  | { readonly reads: number }
  /** Reads a record for a reason of its own. */
  | { readonly looksAt: string }
  | { readonly reloads: true }

const id = fc.constantFrom('a', 'a', 'a', ...IDS)
const writer = fc.nat({ max: WRITERS - 1 })
const act = fc.constantFrom<Act[]>('add', 'add', 'claim', 'end', 'renew', 'remove')
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ writer, id, act }) },
  { weight: 6, arbitrary: fc.record({ reads: writer }) },
  { weight: 2, arbitrary: fc.record({ looksAt: id }) },
  { weight: 1, arbitrary: fc.record({ reloads: fc.constant(true as const) }) },
)

const keyOf = (of: string) => ({ kind: 'run', id: of }) as const
const nameOf = (of: string) => keyText(keyOf(of))

/** The server, with the journals that tell what happened there. */
class Place {
  readonly records = new Map<string, StoredRecord>()
  readonly journals: Buffer[][] = Array.from({ length: WRITERS }, () => [])
  #order = 0

  happen(by: number, of: string, what: Act): void {
    const current = this.records.get(nameOf(of))
    const mention = (current === undefined) === (what === 'add') ? this.#change(of, what, current) : undefined
    if (mention !== undefined) this.journals[by]?.push(entryData([mention], false))
  }

  #change(of: string, what: Act, current: StoredRecord | undefined): Mention {
    if (current === undefined) {
      this.#order += 1
      const { status: _status, spec: _spec, ...header } = runRecord(of)
      const body = { spec: '{}', status: null }
      const added: StoredRecord = { ...header, order: this.#order, znodeVersion: 0, body, texts: [] }
      this.records.set(nameOf(of), added)
      return creationOf(added)
    }
    if (what === 'remove') {
      this.records.delete(nameOf(of))
      return removalOf(current)
    }
    const patch = {
      header:
        what === 'claim'
          ? { state: 'running', due: NOW + 30_000 }
          : what === 'end'
            ? ({ lane: 'history', state: 'completed', due: null } as const)
            : { due: NOW + current.version },
      spec: undefined,
      status: what === 'renew' ? undefined : `after ${current.version}`,
    }
    const body = { spec: '{}', status: patch.status ?? current.body?.status ?? null }
    const next = recordAfter(current, patch.header, body)
    this.records.set(nameOf(of), next)
    return changeOf(next, patch)
  }
}

class Reader {
  readonly index = new RecordIndex()
  readonly #place: Place
  readonly #read = Array.from({ length: WRITERS }, () => 0)
  readonly #unread = new Map<string, Mention>()
  #left = allWriters()
  #isReloading = false

  constructor(place: Place) {
    this.#place = place
  }

  reload(): void {
    this.#isReloading = true
    this.#unread.clear()
    this.#left = allWriters()
  }

  read(journal: number): void {
    if (!this.#left.delete(journal)) return
    const entries = this.#place.journals[journal] ?? []
    const from = this.#read[journal] ?? 0
    this.#read[journal] = entries.length
    if (!this.#isReloading) {
      for (const mention of entries.slice(from).flatMap((data) => entryFrom(data).mentions)) {
        const isTakenIn = !this.#unread.has(keyText(mention)) && isTold(mention) && this.index.takeIn(mention)
        if (!isTakenIn) this.#unread.set(keyText(mention), mention)
      }
    }
    if (this.#left.size > 0) return
    if (this.#isReloading) this.#load()
    else {
      for (const { id: each } of this.#unread.values()) this.look(each)
      this.#unread.clear()
      this.index.caughtUp()
    }
    this.#left = allWriters()
  }

  look(of: string): void {
    const record = this.#place.records.get(nameOf(of))
    if (record === undefined) this.index.remove(keyOf(of))
    else this.index.put(record)
  }

  #load(): void {
    this.#isReloading = false
    this.index.beginReload()
    for (const record of this.#place.records.values()) this.index.put(record)
    for (const { id: each } of this.index.endReload()) this.look(each)
  }
}

function allWriters(): Set<number> {
  return new Set(Array.from({ length: WRITERS }, (_, number) => number))
}

describe('an index that follows the journals of others', () => {
  it('has in the end what the server has, in whatever order it reads them', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 80, size: 'max' }), (steps) => {
        const place = new Place()
        const reader = new Reader(place)
        for (const each of steps) {
          if ('act' in each) place.happen(each.writer, each.id, each.act)
          else if ('reads' in each) reader.read(each.reads)
          else if ('looksAt' in each) reader.look(each.looksAt)
          else reader.reload()
        }
        // The reading under way, and one that begins now.
        for (const journal of [...allWriters(), ...allWriters(), ...allWriters()]) reader.read(journal)
        for (const each of IDS) {
          const [seen, stored] = [reader.index.get(keyOf(each)), place.records.get(nameOf(each))]
          expect(seen && { ...seen, body: undefined }).toEqual(stored && { ...stored, body: undefined })
          // What it thinks the contents are, where it thinks so.
          if (seen?.body !== undefined) expect(seen.body).toEqual(stored?.body)
        }
      }),
      { numRuns: 3_000 },
    )
  })

  it('takes in what was added where nothing of that name was removed', () => {
    const place = new Place()
    const reader = new Reader(place)
    place.happen(0, 'a', 'add')
    place.happen(1, 'a', 'claim')
    const mentions = place.journals.flatMap((entries) => entries.flatMap((data) => entryFrom(data).mentions))
    expect(mentions.map((mention) => isTold(mention) && reader.index.takeIn(mention))).toEqual([true, true])
    expect(reader.index.get(keyOf('a'))).toMatchObject({ state: 'running', version: 2, body: undefined })
  })
})
