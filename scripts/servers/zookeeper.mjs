/** ZooKeeper from its Java archive: a server of one, or an ensemble of three. */

import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { ask, freePort, ServerProcess } from './server-process.mjs'

export const packages = ['zookeeper']

const ARCHIVE = '/usr/share/java/zookeeper.jar'
const SERVERS = ['one', 'two', 'three']

export function find() {
  return existsSync(ARCHIVE) && existsSync('/usr/bin/java') ? ARCHIVE : undefined
}

export async function launch(archive, folder) {
  const port = await freePort()
  const server = serverProcess(archive, folder, port, [], async () => (await ask(port, 'ruok')) === 'imok')
  await server.start()
  return { server, url: `zookeeper://127.0.0.1:${port}/cronwright` }
}

/**
 * Three servers on this machine, each of which can be killed and started again on its data.
 * @returns {Promise<import('./server-process.mjs').Cluster>}
 */
export async function launchCluster(archive, folder) {
  const addresses = []
  for (const name of SERVERS) {
    addresses.push({ name, port: await freePort(), peer: await freePort(), election: await freePort() })
  }
  const ensemble = addresses.map(({ peer, election }, index) => `server.${index + 1}=127.0.0.1:${peer}:${election}`)
  const nodes = addresses.map(({ name, port }, index) => {
    const home = `${folder}/${name}`
    mkdirSync(`${home}/data`, { recursive: true })
    writeFileSync(`${home}/data/myid`, `${index + 1}\n`)
    const settings = ['initLimit=20', 'syncLimit=10', ...ensemble]
    const server = serverProcess(archive, home, port, settings, async () => (await modeOf(port)) !== undefined)
    return { name, port, server }
  })
  await Promise.all(nodes.map(({ server }) => server.start()))
  return {
    nodes,
    url: `zookeeper://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}/cronwright`,
    async leader() {
      const modes = await Promise.all(nodes.map(({ port }) => modeOf(port)))
      return nodes[modes.indexOf('leader')]
    },
  }
}

function serverProcess(archive, folder, port, settings, answers) {
  const lines = [
    `dataDir=${folder}/data`,
    `clientPort=${port}`,
    'clientPortAddress=127.0.0.1',
    'tickTime=500',
    'maxClientCnxns=0',
    'admin.enableServer=false',
    '4lw.commands.whitelist=ruok,srvr',
    ...settings,
  ]
  writeFileSync(`${folder}/zoo.cfg`, `${lines.join('\n')}\n`)
  return new ServerProcess({
    command: '/usr/bin/java',
    args: ['-Xmx512m', '-cp', archive, 'org.apache.zookeeper.server.quorum.QuorumPeerMain', `${folder}/zoo.cfg`],
    port,
    folder,
    answers,
  })
}

/** `leader` or `follower`; undefined while it serves nobody. */
async function modeOf(port) {
  return /^Mode: (\w+)/m.exec(await ask(port, 'srvr'))?.[1]
}
