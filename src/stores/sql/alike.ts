/** Changes that differ in nothing but their record: they may be one statement. */

import { arePatchesEqual, type EncodedChange, type EncodedRecord } from '../encoded-job-store.ts'

export type PatchChange = Extract<EncodedChange, { readonly key: unknown }>

/** Records to be added; or changes of one kind of record, with one version expected and one patch. */
export type Alike = { readonly records: readonly EncodedRecord[] } | { readonly changes: readonly PatchChange[] }

/** The changes in their order, those that are alike together; what comes with a change is added right behind it. */
export function* alikeChanges(changes: readonly EncodedChange[]): Generator<Alike> {
  let records: EncodedRecord[] = []
  let patches: PatchChange[] = []
  for (const change of changes) {
    if ('key' in change) {
      const [first] = patches
      if (records.length > 0) {
        yield { records }
        records = []
      }
      if (first !== undefined && !areAlike(first, change)) {
        yield { changes: patches }
        patches = []
      }
      patches.push(change)
    } else {
      if (patches.length > 0) {
        yield { changes: patches }
        patches = []
      }
      records.push(change.record)
    }
    if (change.inserts.length === 0) continue
    if (patches.length > 0) {
      yield { changes: patches }
      patches = []
    }
    records.push(...change.inserts)
  }
  if (records.length > 0) yield { records }
  if (patches.length > 0) yield { changes: patches }
}

/** Whether two changes differ in nothing but their record. */
export function areAlike(a: PatchChange, b: PatchChange): boolean {
  return a.key.kind === b.key.kind && a.expect === b.expect && arePatchesEqual(a.patch, b.patch)
}
