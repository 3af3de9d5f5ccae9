/**
 * Where things are: `<base>/<kind>/<bucket>/<id>` for a record, `<base>/journal/<segment>/<number>` for what changed,
 * `<base>/large/<name>/<part>` for long texts. 256 buckets for each kind, by a hash of the id, so that no list of
 * children grows without bound.
 */

import type { RecordKey, RecordKind } from '../../jobs/record.ts'

export const KINDS: readonly RecordKind[] = ['job', 'run', 'worker', 'queue', 'key', 'log']

export class Paths {
  readonly base: string
  readonly journal: string
  readonly large: string

  constructor(base: string) {
    this.base = base
    this.journal = `${base}/journal`
    this.large = `${base}/large`
  }

  kind(kind: RecordKind): string {
    return `${this.base}/${kind}`
  }

  bucket({ kind, id }: RecordKey): string {
    return `${this.base}/${kind}/${bucketOf(id)}`
  }

  record(key: RecordKey): string {
    return `${this.bucket(key)}/${nameOf(key.id)}`
  }
}

/** One text for a key. */
export function keyText({ kind, id }: RecordKey): string {
  return `${kind}/${id}`
}

/** The id of a record by the name of its znode; undefined for a name that no record has. */
export function idOf(name: string): string | undefined {
  try {
    const id = decodeURIComponent(name)
    return nameOf(id) === name ? id : undefined
  } catch {
    return undefined
  }
}

/** What is its own name: begins with what no name of dots does, and holds nothing to escape. */
const PLAIN = /^[A-Za-z0-9][A-Za-z0-9_.!~*'()@:-]*$/

/** Readable, without what a name must not have: a slash, control characters, or nothing but dots. */
function nameOf(id: string): string {
  if (PLAIN.test(id)) return id
  if (id === '.' || id === '..') return id.replaceAll('.', '%2E')
  return encodeURIComponent(id).replaceAll('%40', '@').replaceAll('%3A', ':')
}

/** FNV-1a, one byte of it. */
function bucketOf(id: string): string {
  let hash = 0x811c9dc5
  for (let index = 0; index < id.length; index += 1) {
    hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193)
  }
  return ((hash ^ (hash >>> 8) ^ (hash >>> 16) ^ (hash >>> 24)) & 0xff).toString(16).padStart(2, '0')
}
