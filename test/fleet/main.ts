/**
 * What `npm run fleet` starts for each store: one battery, and what came of it as a line of JSON. With `--url` a steady load
 * on that store, with `--cluster` the loss of a leader on one that is launched for it.
 */

import { parseArgs } from 'node:util'
import { launchCluster } from '../integration/stores/own-server.ts'
import { leaderLoss } from './batteries/leader-loss.ts'
import { steadyLoad } from './batteries/steady-load.ts'
import { freshUrl } from './fresh-url.ts'
import type { Summary } from './summary.ts'

const text = { type: 'string' } as const
const { values } = parseArgs({
  options: { url: text, cluster: text, seconds: text, jobs: text, processes: text },
})
const load = { seconds: Number(values.seconds), jobs: Number(values.jobs), processes: Number(values.processes) }

const { starts, ...summary } = await battery()
process.stdout.write(`${JSON.stringify({ ...summary, starts: Object.fromEntries(starts) })}\n`)

async function battery(): Promise<Summary> {
  const { url, cluster: name } = values
  if (url !== undefined) return steadyLoad({ url: freshUrl(url), runs: 0, ...load })
  const cluster = await launchCluster(name ?? '')
  try {
    return await leaderLoss({ cluster, ...load })
  } finally {
    await cluster.remove()
  }
}
