/** Processor time of a server that the run has started: of its process and of those below it. Only where there is /proc. */

import { readFileSync } from 'node:fs'

/** What Linux counts processor time in. */
const TICK_MS = 10

const variableOf = (server) => `CRONWRIGHT_BENCH_PID_${server.toUpperCase()}`

/** Tells the measuring processes where a server is. */
export function tellProcess(server, pid) {
  if (pid !== undefined) process.env[variableOf(server)] = String(pid)
}

/** Milliseconds so far; undefined where that cannot be known. */
export function serverProcessorMs(server) {
  const pid = server === undefined ? undefined : process.env[variableOf(server)]
  return pid === undefined ? undefined : timeBelow(pid)
}

function timeBelow(pid) {
  try {
    // Behind the name, which may hold anything: state, parent, ..., time of its own, and of its children that are gone.
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1).split(' ')
    const own = fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) * TICK_MS
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ').filter(Boolean)
    return children.reduce((sum, child) => sum + (timeBelow(child) ?? 0), own)
  } catch {
    return undefined
  }
}
