/** Recurring jobs of Cronwright. */

const BATCH = 500

/** @param {{ maxConcurrency?: number }} settings - left out: the default */
export async function open({ url }, { handler, isCron, jobs, settings }) {
  const { cron, interval, Scheduler } = await import('../../dist/index.js')
  const executors = { default: { type: 'async', ...settings } }
  const scheduler = new Scheduler({ jobStores: { default: url }, executors })
  const fire = scheduler.register('fire', (_input, run) => handler(run.jobId, run.dueAt.getTime()))
  await scheduler.start()
  const trigger = () => (isCron ? cron('* * * * * *') : interval({ seconds: 1 }))
  for (let from = 0; from < jobs; from += BATCH) {
    const count = Math.min(BATCH, jobs - from)
    await scheduler.addJobs(Array.from({ length: count }, () => ({ fn: fire, trigger: trigger() })))
  }
  return { close: () => scheduler.shutdown() }
}
