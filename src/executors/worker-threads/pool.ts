/**
 * The edge to the package `piscina`, which starts, keeps and ends the threads: what the executor uses of it. Described
 * here because its own types do not pass this project's compiler options, and so not those of every user.
 */

import { fileURLToPath } from 'node:url'
import type { MessagePort, ResourceLimits } from 'node:worker_threads'
import { CronwrightError } from '../../errors.ts'
import { importPeer } from '../../stores/import-peer.ts'

/** A pool of threads. */
export interface ThreadPool {
  /** Hands the port to a thread, a new one if all are busy. Aborting the signal ends that thread. */
  run(port: MessagePort, options: { transferList: readonly MessagePort[]; signal: AbortSignal }): Promise<unknown>
  /** Ends all threads. */
  destroy(): Promise<void>
  /** A thread crashed that had no run. */
  on(event: 'error', listener: (error: unknown) => void): unknown
}

/** How threads are kept. */
export interface ThreadPoolOptions {
  readonly idleTimeoutMs: number
  readonly resourceLimits: ResourceLimits
}

/** @throws MissingDependencyError when `piscina` is not installed */
export async function openPool({ idleTimeoutMs, resourceLimits }: ThreadPoolOptions): Promise<ThreadPool> {
  const Pool = property(await importPeer('piscina', 'the worker-threads executor'), 'Piscina')
  const pool = isClass(Pool)
    ? new Pool({
        filename: fileURLToPath(new URL('./entry.js', import.meta.url)),
        minThreads: 0,
        // The scheduler keeps to maxConcurrency. A run that it gave up may hold its thread for a while yet, and must
        // not keep the next one waiting.
        maxThreads: Number.POSITIVE_INFINITY,
        idleTimeout: idleTimeoutMs,
        resourceLimits,
        // With atomics a thread stands still between runs, and so do the connections that a handler's module keeps.
        atomics: 'disabled',
        recordTiming: false,
      })
    : undefined
  if (isThreadPool(pool)) return pool
  throw new CronwrightError('MISSING_DEPENDENCY', 'the installed version of piscina does not fit; it must be 5', {
    details: { packageName: 'piscina', neededFor: 'the worker-threads executor' },
  })
}

function isThreadPool(value: unknown): value is ThreadPool {
  return ['run', 'destroy', 'on'].every((name) => typeof property(value, name) === 'function')
}

function isClass(value: unknown): value is new (options: unknown) => unknown {
  return typeof value === 'function'
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
