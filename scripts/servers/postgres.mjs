/** PostgreSQL from its binaries. */

import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { freePort, handOver, run, ServerProcess } from './server-process.mjs'

export const packages = ['postgresql']

const VERSIONS = '/usr/lib/postgresql'

/** Folder of the newest installed server, or undefined. */
export function find() {
  if (!existsSync(VERSIONS)) return undefined
  const versions = readdirSync(VERSIONS).sort((a, b) => Number(b) - Number(a))
  return versions.map((version) => `${VERSIONS}/${version}/bin`).find((bin) => existsSync(`${bin}/initdb`))
}

/** @param {{ isUnsafe?: boolean }} [options] - unsafe: what was committed last is lost when it is killed */
export async function launch(bin, folder, { isUnsafe = false } = {}) {
  const user = 'postgres'
  const data = `${folder}/data`
  const port = await freePort()
  mkdirSync(data)
  handOver(folder, user)
  handOver(data, user)
  run(`${bin}/initdb`, ['-D', data, '-U', 'cronwright', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'], {
    user,
  })
  const server = new ServerProcess({
    command: `${bin}/postgres`,
    args: ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder, '-c', 'max_connections=200'].concat(
      isUnsafe ? ['-c', 'synchronous_commit=off', '-c', 'wal_writer_delay=10s'] : [],
    ),
    port,
    folder,
    user,
    answers: async () => {
      try {
        run(`${bin}/pg_isready`, ['-h', '127.0.0.1', '-p', String(port), '-q'])
        return true
      } catch {
        return false
      }
    },
  })
  await server.start()
  return { server, url: `postgres://cronwright@127.0.0.1:${port}/postgres` }
}
