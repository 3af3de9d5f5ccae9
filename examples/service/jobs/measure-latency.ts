/** Every second: measures how long the service's own front page takes. */

import { interval, type Job, type Scheduler } from 'cronwright'
import type { RollingFigure } from '../rolling-figure.ts'

/** A measurement that comes late tells nothing about its second, so missed ones are skipped, not made up for. */
export function scheduleLatencyMeasurement(scheduler: Scheduler, figure: RollingFigure, url: string): Promise<Job> {
  const measureLatency = scheduler.register('measure-latency', async (_input: undefined, run) => {
    const startedAt = performance.now()
    const response = await fetch(url, { signal: run.signal })
    await response.arrayBuffer()
    if (!response.ok) throw new Error(`the front page answered with status ${response.status}`)
    const ms = performance.now() - startedAt
    figure.add(ms)
    return { ms }
  })
  return scheduler.addJob(measureLatency, interval('1s'), {
    id: 'measure-latency',
    replaceExisting: true,
    misfireGraceTime: '500ms',
    timeout: '5s',
  })
}
