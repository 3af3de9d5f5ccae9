/** etcd from its binary: a cluster of one, or of three. */

import { existsSync, mkdirSync } from 'node:fs'
import { freePort, ServerProcess } from './server-process.mjs'

export const packages = ['etcd-server']

const SERVER = '/usr/bin/etcd'
const MEMBERS = ['one', 'two', 'three']

export function find() {
  return existsSync(SERVER) ? SERVER : undefined
}

export async function launch(command, folder) {
  const member = await newMember('one')
  const server = memberProcess(command, folder, member, [member])
  await server.start()
  return { server, url: `etcd://127.0.0.1:${member.port}/cronwright` }
}

/**
 * Three members on this machine, each of which can be killed and started again on its data.
 * @returns {Promise<import('./server-process.mjs').Cluster>}
 */
export async function launchCluster(command, folder) {
  const members = []
  for (const name of MEMBERS) members.push(await newMember(name))
  const nodes = members.map((member) => {
    const home = `${folder}/${member.name}`
    mkdirSync(home)
    return { ...member, server: memberProcess(command, home, member, members) }
  })
  await Promise.all(nodes.map(({ server }) => server.start()))
  return {
    nodes,
    url: `etcd://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}/cronwright`,
    leader: () => leaderOf(nodes),
  }
}

async function newMember(name) {
  const port = await freePort()
  return { name, port, client: `http://127.0.0.1:${port}`, peer: `http://127.0.0.1:${await freePort()}` }
}

function memberProcess(command, folder, { name, port, client, peer }, members) {
  return new ServerProcess({
    command,
    args: [
      `--name=${name}`,
      `--data-dir=${folder}/data`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=${members.map((member) => `${member.name}=${member.peer}`).join(',')}`,
    ],
    port,
    folder,
    answers: async () => (await askMember(`${client}/health`))?.health === 'true',
  })
}

/** The member that says of itself that it leads, if there is one. */
async function leaderOf(nodes) {
  for (const node of nodes) {
    const status = await askMember(`${node.client}/v3/maintenance/status`, { method: 'POST', body: '{}' })
    if (status?.leader !== undefined && status.leader === status.header.member_id) return node
  }
  return undefined
}

async function askMember(address, request) {
  try {
    return await (await fetch(address, { ...request, signal: AbortSignal.timeout(1_000) })).json()
  } catch {
    return undefined
  }
}
