/** A job as a class: what it needs comes in through its constructor, `run` does the work. */

import { interval, JobResult, type RunContext, Scheduler } from 'cronwright'

class StockCheck {
  readonly #stock: Map<string, number>

  constructor(stock: Map<string, number>) {
    this.#stock = stock
  }

  run({ article, least }: { article: string; least: number }, run: RunContext): JobResult<number> {
    const left = this.#stock.get(article)
    run.log.info({ article, left }, 'checked')
    // A plain return value and a thrown error do as well; a JobResult says more.
    if (left === undefined) return JobResult.cancelled(`there is no ${article}`)
    if (left < least) return JobResult.failed(`only ${left} ${article} left`)
    return JobResult.success(left, 'enough')
  }
}

const scheduler = new Scheduler()
const checkStock = scheduler.register(
  'check-stock',
  new StockCheck(
    new Map([
      ['bolts', 80],
      ['nuts', 3],
    ]),
  ),
)
for (const article of ['bolts', 'nuts', 'washers']) {
  await scheduler.addJob(checkStock, interval('100ms'), { id: article, input: { article, least: 10 }, maxRuns: 1 })
}
await scheduler.start()
await new Promise((resolve) => setTimeout(resolve, 500))

for (const run of await scheduler.getRuns()) {
  console.log(`${run.jobId}: ${run.state}, ${run.reason ?? run.error?.message}`)
}
await scheduler.shutdown()
