/** What a process holds: memory once all that nobody needs is collected, and what it keeps open. */

import { readdirSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

export interface VitalSigns {
  readonly heapMb: number
  readonly rssMb: number
  /** Timers, sockets and requests that keep the event loop alive. */
  readonly handles: number
  /** File descriptors; 0 where the system does not tell. */
  readonly descriptors: number
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
const DESCRIPTORS = '/proc/self/fd'
const MEGABYTE = 2 ** 20

export function vitalSigns(): VitalSigns {
  // What a finalizer lets go is only collected by the next one.
  collect()
  collect()
  const { heapUsed, rss } = process.memoryUsage()
  return {
    heapMb: heapUsed / MEGABYTE,
    rssMb: rss / MEGABYTE,
    handles: process.getActiveResourcesInfo().length,
    descriptors: process.platform === 'linux' ? readdirSync(DESCRIPTORS).length : 0,
  }
}
