/** pg-boss on PostgreSQL: batches of 1,000, fetched one after another while they come back full. */

import pg from 'pg'
import { PgBoss } from 'pg-boss'
import { countdown } from './countdown.mjs'
import { emptied } from './emptied.mjs'

const BATCH = 1_000
const QUEUE = 'noop'

/** @param {{ isAnalyzed: boolean }} settings - whether the planner gets fresh statistics before the work begins */
export async function open({ url }, { isAnalyzed }) {
  const boss = new PgBoss(url)
  boss.on('error', () => undefined)
  await boss.start()
  await boss.createQueue(QUEUE)
  return {
    enqueue: (input) => boss.send(QUEUE, input),
    enqueueMany: (inputs) =>
      boss.insert(
        QUEUE,
        inputs.map((data) => ({ data })),
      ),
    prepare: isAnalyzed ? () => analyze(url) : undefined,
    work: async (handler, count) => {
      const { one, all } = countdown(count)
      const id = await boss.work(
        QUEUE,
        { batchSize: BATCH, burstWhenBatchFull: true, pollingIntervalSeconds: 0.5 },
        async (jobs) => {
          for (const { data } of jobs) {
            handler(data)
            one()
          }
        },
      )
      const left = `SELECT 1 FROM pgboss.job WHERE name = '${QUEUE}' AND state < 'completed' LIMIT 1`
      return { done: all.then(() => emptied(url, left)), stop: () => boss.offWork(QUEUE, { id }) }
    },
    close: () => boss.stop({ graceful: false }),
  }
}

async function analyze(url) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query('VACUUM ANALYZE')
  await client.end()
}
