/** ZooKeeper from its Java archive: a server of one. */

import { existsSync, writeFileSync } from 'node:fs'
import { ask, freePort, ServerProcess } from './server-process.mjs'

export const packages = ['zookeeper']

const ARCHIVE = '/usr/share/java/zookeeper.jar'

export function find() {
  return existsSync(ARCHIVE) && existsSync('/usr/bin/java') ? ARCHIVE : undefined
}

export async function launch(archive, folder) {
  const port = await freePort()
  const settings = [
    `dataDir=${folder}/data`,
    `clientPort=${port}`,
    'clientPortAddress=127.0.0.1',
    'tickTime=500',
    'maxClientCnxns=0',
    'admin.enableServer=false',
    '4lw.commands.whitelist=ruok,srvr',
  ]
  writeFileSync(`${folder}/zoo.cfg`, `${settings.join('\n')}\n`)
  const server = new ServerProcess({
    command: '/usr/bin/java',
    args: ['-Xmx512m', '-cp', archive, 'org.apache.zookeeper.server.quorum.QuorumPeerMain', `${folder}/zoo.cfg`],
    port,
    folder,
    answers: async () => (await ask(port, 'ruok')) === 'imok',
  })
  await server.start()
  return { server, url: `zookeeper://127.0.0.1:${port}/cronwright` }
}
