/**
 * A small HTTP service with a scheduler in it. Where its jobs are kept is one line of `cronwright.config.json`:
 *
 *   cd examples/service && node --import tsx server.ts
 *   CRONWRIGHT_STORE=memory: node --import tsx server.ts
 */

import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { Scheduler } from 'cronwright'
import { AccessLog } from './access-log.ts'
import { scheduleLatencyMeasurement } from './jobs/measure-latency.ts'
import { reminders } from './jobs/remind.ts'
import { scheduleLogRotation } from './jobs/rotate-log.ts'
import { scheduleReport } from './jobs/write-report.ts'
import { RollingFigure } from './rolling-figure.ts'
import { printLine, printRunLines } from './run-lines.ts'
import { readSettings } from './settings.ts'
import { createWebServer } from './web.ts'

const settings = readSettings(process.env)
mkdirSync(settings.dataDirectory, { recursive: true })

const scheduler = Scheduler.fromConfig(new URL('./cronwright.config.json', import.meta.url))
const log = new AccessLog(settings.dataDirectory)
const latency = new RollingFigure(60)
const addReminder = reminders(scheduler, settings.dataDirectory)
const server = createWebServer({ scheduler, log, latency, addReminder })

server.listen(settings.port, '127.0.0.1')
await once(server, 'listening')
const address = server.address()
const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : settings.port}`

printRunLines(scheduler)
await scheduleLatencyMeasurement(scheduler, latency, url)
await scheduleLogRotation(scheduler, log, settings.rotateAt)
await scheduleReport(scheduler, log, settings)
const startedAt = new Date()
await scheduler.start()
printLine({ event: 'started', url, startedAt })

const stop = new AbortController()
for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => stop.abort())
await once(stop.signal, 'abort')
// Runs at work come to their end first: some of them need the server.
await scheduler.shutdown({ timeout: '10s' })
server.close()
server.closeAllConnections()
await once(server, 'close')
await log.close()
printLine({ event: 'stopped' })
