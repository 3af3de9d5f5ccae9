/**
 * One process of a fleet: a scheduler, that of the built package, on the store it is given. It logs all that it does.
 */

import { Scheduler } from '../../dist/index.js'
import { storeFrom } from '../../dist/stores/factory.js'
import { type Actor, workHandler } from '../workload/handler.ts'
import { Random } from '../workload/random.ts'
import { logScheduler } from '../workload/scheduler-log.ts'
import { SEEDED_BUGS } from '../workload/seeded-bugs.ts'
import { EventLog } from './event-log.ts'
import { memberClock } from './member-clock.ts'
import type { MemberSettings, Order, Report } from './orders.ts'
import { trueTime } from './true-time.ts'
import { watchTurns } from './turns.ts'

const settings: MemberSettings = JSON.parse(process.argv[2] ?? '{}')
const { process: name, boot, url, leaseMs, pollMs, seed, bug, clock } = settings
const log = new EventLog(settings.log, { process: name, boot })

const actor: Actor = {
  get now() {
    return trueTime()
  },
  note: (event) => log.note(event),
  after: (ms, happen) => void setTimeout(happen, ms),
  crash: () => void process.kill(process.pid, 'SIGKILL'),
  block(ms) {
    const until = trueTime() + ms
    log.note({ ev: 'block', until })
    while (trueTime() < until);
  },
}

const store = storeFrom(url, 'url')
if (bug !== undefined) SEEDED_BUGS[bug]?.plant(store)
const scheduler = new Scheduler({
  timezone: 'UTC',
  workerId: `${name}.${boot}`,
  jobStores: { default: store },
  ...(clock === undefined ? {} : { clock: memberClock(clock) }),
  leaseDuration: leaseMs,
  pollInterval: pollMs,
})
logScheduler(scheduler, (event) => log.note(event))
scheduler.on('store:error', ({ error }) => log.note({ ev: 'error', of: 'store', message: String(error) }))
scheduler.register(
  'work',
  workHandler({ actor, random: new Random(seed), leaseMs, quietFrom: Number.POSITIVE_INFINITY }),
)

/** It ends as any process of Node does, and what killed it is known. */
process.on('uncaughtExceptionMonitor', (error) => log.note({ ev: 'error', of: 'unhandled', message: String(error) }))
/** No process stays behind when the fleet itself dies. */
process.once('disconnect', () => process.exit())
process.on('message', async ({ graceMs }: Order) => {
  const askedAt = trueTime()
  await scheduler.shutdown({ timeout: graceMs })
  log.note({ ev: 'shutdown', askedAt })
  process.exit()
})
watchTurns((from) => log.note({ ev: 'late', from }))
await scheduler.start()
process.send?.({ report: 'ready' } satisfies Report)
