/** etcd from its binary: a cluster of one. */

import { existsSync } from 'node:fs'
import { freePort, ServerProcess } from './server-process.mjs'

export const packages = ['etcd-server']

const SERVER = '/usr/bin/etcd'

export function find() {
  return existsSync(SERVER) ? SERVER : undefined
}

export async function launch(command, folder) {
  const port = await freePort()
  const client = `http://127.0.0.1:${port}`
  const peer = `http://127.0.0.1:${await freePort()}`
  const server = new ServerProcess({
    command,
    args: [
      '--name=one',
      `--data-dir=${folder}/data`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=one=${peer}`,
    ],
    port,
    folder,
    answers: async () => {
      try {
        return (await (await fetch(`${client}/health`)).json()).health === 'true'
      } catch {
        return false
      }
    },
  })
  await server.start()
  return { server, url: `etcd://127.0.0.1:${port}/cronwright` }
}
