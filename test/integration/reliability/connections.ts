/**
 * Connections to one store, each of which a test can listen in on and disturb: every call goes through an interceptor,
 * which may let it through, fail it, hold it, repeat it, or never answer.
 */

import { MemoryJobStore } from '../../../src/index.ts'
import type { Change } from '../../../src/jobs/record.ts'
import { SqliteJobStore } from '../../../src/sqlite.ts'
import type { RecordJobStore } from '../../../src/stores/record-job-store.ts'
import { newDatabasePath } from '../../unit/scheduler/support.ts'

/** A call on its way to the store. */
export interface StoreCall {
  readonly operation: string
  /** What a commit is to change; empty for every other operation. */
  readonly changes: readonly Change[]
  /** Lets it through, a commit perhaps with other changes; a second time makes it again. */
  proceed(changes?: readonly Change[]): Promise<unknown>
}

export type Interceptor = (call: StoreCall) => Promise<unknown>

/** Data that several connections share. */
export interface Database {
  connect(interceptor?: Interceptor): RecordJobStore
}

/** Not requests: answered by the connection itself. */
const LOCAL: ReadonlySet<string | symbol> = new Set(['isolate', 'checkStorable'])

/** Never settles: the answer of a store that is gone. */
export function never(): Promise<never> {
  return new Promise(() => undefined)
}

/** A store whose calls go through the interceptor. */
export function intercepted(store: RecordJobStore, interceptor: Interceptor): RecordJobStore {
  return new Proxy(store, {
    get(target, property) {
      if (property === 'capabilities') return { ...target.capabilities, shared: true }
      const value: unknown = Reflect.get(target, property, target)
      if (typeof value !== 'function') return value
      if (LOCAL.has(property)) return value.bind(target)
      return (...given: readonly unknown[]) =>
        interceptor({
          operation: String(property),
          changes: property === 'commit' ? (given[0] as readonly Change[]) : [],
          proceed: async (changes) => Reflect.apply(value, target, changes === undefined ? given : [changes]),
        })
    },
  })
}

/** Records in memory; closing one connection closes no other. */
export function memoryDatabase(): Database {
  const store = new MemoryJobStore()
  return {
    connect: (interceptor = ({ proceed }) => proceed()) =>
      intercepted(store, async (call) =>
        interceptor(call.operation === 'shutdown' ? { ...call, proceed: async () => undefined } : call),
      ),
  }
}

/** One file; each connection is a database handle of its own. */
export function sqliteDatabase(path = newDatabasePath()): Database {
  return {
    connect: (interceptor = ({ proceed }) => proceed()) =>
      intercepted(new SqliteJobStore({ path, synchronous: 'NORMAL' }), interceptor),
  }
}

export const DATABASES: readonly (readonly [name: string, newDatabase: () => Database])[] = [
  ['memory', memoryDatabase],
  ['SQLite', sqliteDatabase],
]
