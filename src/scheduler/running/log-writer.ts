/**
 * Writes the logs of runs at work, those of many runs at once. Apart from everything that matters more: a log that
 * cannot be written keeps no run from being renewed or from ending.
 */

import type { StoreSlot } from '../slots/store-slot.ts'
import type { RunAtWork } from './run-at-work.ts'
import type { RunLog } from './run-log.ts'

/** How often a write is tried that somebody else's comes before. */
const TRIES = 3

/** Writes the lines of these runs that are not stored yet. Never rejects: what fails is left for the next time. */
export async function writeLogs(slot: StoreSlot, works: Iterable<RunAtWork>): Promise<void> {
  const logs: RunLog[] = []
  for (const { storedLog } of works) if (storedLog !== undefined) logs.push(storedLog)
  if (logs.length === 0) return
  await Promise.all(logs.map((log) => log.writing))
  const writing = write(slot, logs)
  for (const log of logs) log.writing = writing
  await writing
}

async function write(slot: StoreSlot, logs: readonly RunLog[]): Promise<void> {
  let left = logs
  for (let tries = 0; tries < TRIES && left.length > 0; tries += 1) {
    left = left.filter(({ hasLines }) => hasLines)
    if (left.length > 0) left = await tryToWrite(slot, left)
  }
}

/** The logs that somebody else wrote to meanwhile. */
async function tryToWrite(slot: StoreSlot, logs: readonly RunLog[]): Promise<readonly RunLog[]> {
  const steps = logs.map((log) => ({ log, step: log.step() }))
  let open = steps
  try {
    const results = await slot.store.commit(steps.map(({ step }) => step.change))
    for (const [index, { log, step }] of steps.entries()) if (results[index]?.applied === true) log.applied(step)
    open = steps.filter((_step, index) => results[index]?.applied !== true)
    if (open.length === 0) return []
    const keys = open.map(({ log }) => ({ kind: 'log', id: log.runId }) as const)
    const stored = await slot.store.get(keys)
    for (const [index, { log, step }] of open.entries()) log.refused(step, stored[index])
    return open.map(({ log }) => log)
  } catch {
    // A store that fails is reported by what renews and settles the runs.
    for (const { log, step } of open) log.failed(step)
    return []
  }
}
