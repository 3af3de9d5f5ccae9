/** The other process of the section on latency: adds runs, a few milliseconds apart, and executes none. */

import { setTimeout } from 'node:timers/promises'
import { openEngine } from '../engines/index.mjs'
import { machineClock } from '../frame/machine-clock.mjs'

const PAUSE_MS = 10
/** Spreads the runs over the periods of whatever polls. */
const JITTER_MS = 10

const { store, name, place, settings, count, paused } = JSON.parse(process.argv[2])
const engine = await openEngine(name, store, place, settings)
for (let index = 0; index < count; index += 1) {
  await engine.enqueue({ sentAt: machineClock() })
  if (index >= count - paused) await setTimeout(PAUSE_MS + Math.random() * JITTER_MS)
}
await engine.close()
process.exit()
