/** Redis from its binary, with its append-only file synced every second, as it is run where data matters. */

import { existsSync } from 'node:fs'
import { ask, freePort, ServerProcess } from './server-process.mjs'

export const packages = ['redis-server']

const SERVER = '/usr/bin/redis-server'

export function find() {
  return existsSync(SERVER) ? SERVER : undefined
}

/** @param {{ isUnsafe?: boolean }} [options] - unsafe: all is lost when it is killed */
export async function launch(command, folder, { isUnsafe = false } = {}) {
  const port = await freePort()
  const server = new ServerProcess({
    command,
    // Rewriting the file takes a core now and then, which in a measurement is somebody else's misfortune.
    args: ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''].concat(
      ['--auto-aof-rewrite-percentage', '0'],
      ['--appendonly', isUnsafe ? 'no' : 'yes'],
    ),
    port,
    folder,
    answers: async () => (await ask(port, 'PING\r\n')).startsWith('+PONG'),
  })
  await server.start()
  return { server, url: `redis://127.0.0.1:${port}/0` }
}
