/**
 * A process of its own that leads the life of the crash-point tests in real time, on the SQLite file it is given, and
 * kills itself with SIGKILL at the call it is told. Prints each note as a line of JSON.
 */

import { writeSync } from 'node:fs'
import { systemClock } from '../../../../src/core/clock.ts'
import { Scheduler } from '../../../../src/index.ts'
import { sqliteDatabase } from '../../reliability/connections.ts'
import { live, type Note, prepare, TIMES } from '../life.ts'
import { type Mishap, Mortal } from '../mortal.ts'

const [path = '', call = '', moment = ''] = process.argv.slice(2)
const mishap: Mishap = {
  call: /^\d+$/.test(call) ? Number(call) : call,
  moment: moment === 'before' ? 'before' : 'after',
}
const mortal = new Mortal(mishap, () => process.kill(process.pid, 'SIGKILL'))
const jobStores = { default: sqliteDatabase(path).connect(mortal.interceptor) }
const scheduler = new Scheduler({ ...TIMES, jobStores, workerId: 'victim' })
// What a completed write(2) put into the pipe outlives the process.
const note = (made: Note): void => void writeSync(1, `${JSON.stringify(made)}\n`)
const victim = { name: 'victim', scheduler, clock: systemClock, isPatient: true, note, isDead: () => mortal.isDead }
prepare(victim)
await live(victim)
