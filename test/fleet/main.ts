/**
 * What `npm run fleet` starts for each store: one battery, and what came of it as a line of JSON. The store is that of
 * `--url`, one on a server that is launched for it (`--server`), or a cluster (`--cluster`).
 */

import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { launchCluster, launchServer, type ServerProcess } from '../integration/stores/own-server.ts'
import { daylightSaving } from './batteries/daylight-saving.ts'
import { leaderLoss } from './batteries/leader-loss.ts'
import { outage } from './batteries/outage.ts'
import { soak } from './batteries/soak.ts'
import { steadyLoad } from './batteries/steady-load.ts'
import { takeover } from './batteries/takeover.ts'
import { freshUrl } from './fresh-url.ts'

const text = { type: 'string' } as const
const { values } = parseArgs({
  options: {
    battery: text,
    url: text,
    /** Module of scripts/servers. */
    server: text,
    cluster: text,
    seconds: text,
    jobs: text,
    processes: text,
    kills: text,
    /** Of the clock change that is lived through. */
    change: text,
  },
})
const load = { seconds: Number(values.seconds), jobs: Number(values.jobs), processes: Number(values.processes) }

const result = await run()
// Of what is counted by name, the names are keys.
process.stdout.write(
  `${JSON.stringify(result, (_key, value) => (value instanceof Map ? Object.fromEntries(value) : value))}\n`,
)

async function run(): Promise<object> {
  if (values.cluster !== undefined) {
    const cluster = await launchCluster(values.cluster)
    try {
      writeOut()
      return await leaderLoss({ cluster, ...load })
    } finally {
      await cluster.remove()
    }
  }
  if (values.server === undefined) return battery(values.url ?? '', undefined)
  const own = await launchServer(values.server)
  try {
    return await battery(own.url, own.process)
  } finally {
    await own.remove()
  }
}

/**
 * Waits until the disk has what was written so far: a server that was just set up leaves so much that its first writes
 * wait up to a second.
 */
function writeOut(): void {
  spawnSync('sync')
}

async function battery(place: string, server: ServerProcess | undefined): Promise<object> {
  writeOut()
  const url = place === 'memory:' ? place : freshUrl(place)
  switch (values.battery) {
    case 'outage':
      return outage({ url, server, ...load })
    case 'soak':
      return soak({ url, seconds: load.seconds })
    case 'takeover':
      return takeover({ place, processes: load.processes, runs: load.jobs, kills: Number(values.kills) })
    case 'daylight-saving':
      return daylightSaving({ url, processes: load.processes, change: values.change ?? '' })
    default:
      return steadyLoad({ url, runs: 0, ...load })
  }
}
