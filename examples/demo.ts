/**
 * The demo: a service with scheduled jobs is killed and started again, and nothing is lost. It checks what it shows,
 * and ends with status 1 if something is not so.
 *
 *   npm run demo                  about half a minute
 *   npm run demo -- --short       about a quarter of one
 *   npm run demo -- --forever     leaves the service up after the show, until Ctrl-C
 *
 * The jobs are kept in an SQLite file, or where the environment variable CRONWRIGHT_STORE says.
 */

import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { showCrontabs } from './demo/crontabs.ts'
import { showFiles } from './demo/files.ts'
import { killAndRestart } from './demo/kill-and-restart.ts'
import { FULL, SHORT } from './demo/pace.ts'
import { printHeading, printJobs, printRun } from './demo/print.ts'
import type { RunLine } from './demo/readings.ts'
import type { ServiceProcess } from './demo/service-process.ts'
import { judge, showMissed, showSummary } from './demo/verdict.ts'

const { values: flags } = parseArgs({ options: { short: { type: 'boolean' }, forever: { type: 'boolean' } } })

if (process.env['CRONWRIGHT_STORE']?.startsWith('memory:')) {
  console.error('The demo kills its service: CRONWRIGHT_STORE must name a store that outlives a process.')
  process.exit(2)
}

const interruption = new AbortController()
const { signal } = interruption
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => interruption.abort())

const directory = await mkdtemp(join(tmpdir(), 'cronwright-demo-'))
const lines: RunLine[] = []
const processes: ServiceProcess[] = []
try {
  process.exitCode = (await show()) ? 0 : 1
} catch (error) {
  if (!signal.aborted) throw error
  process.exitCode = 130
} finally {
  await Promise.all(processes.map((service) => service.end('SIGKILL')))
  await rm(directory, { recursive: true, force: true })
}

/** Gives whether everything was as it should be. */
async function show(): Promise<boolean> {
  printHeading('1. When the crontabs of this machine fire next')
  showCrontabs()

  const evidence = await killAndRestart({
    pace: flags.short ? SHORT : FULL,
    directory,
    signal,
    onRun(line) {
      lines.push(line)
      printRun(line)
    },
    onProcess: (service) => processes.push(service),
  })
  const { service, stopTraffic } = evidence

  printHeading('5. The jobs are back, and this became of the fire times that were missed')
  printJobs(evidence.jobsAfter)
  console.log()
  showMissed(evidence)

  if (flags.forever) {
    printHeading(`The service stays up at ${service.url} until you press Ctrl-C`)
    if (!signal.aborted) await once(signal, 'abort')
  }
  printHeading('6. kill -TERM')
  await stopTraffic()
  const exitCode = await service.end('SIGTERM')
  console.log(`  The service ended with exit code ${exitCode}.`)

  printHeading('7. Summary')
  showSummary(evidence)
  console.log()
  const { remindersWritten } = await showFiles(directory)
  console.log()
  return judge(evidence, { lines, remindersWritten, exitCode })
}
