/** MariaDB (or MySQL's own protocol twin) from its binaries. */

import { existsSync } from 'node:fs'
import { freePort, handOver, run, ServerProcess } from './server-process.mjs'

export const packages = ['mariadb-server']

const SERVER = '/usr/sbin/mariadbd'

export function find() {
  return existsSync(SERVER) ? SERVER : undefined
}

/** @param {{ isUnsafe?: boolean }} [options] - unsafe: what was committed last is lost when it is killed */
export async function launch(command, folder, { isUnsafe = false } = {}) {
  const user = 'mysql'
  const data = `${folder}/data`
  const socket = `${folder}/server.sock`
  const port = await freePort()
  handOver(folder, user)
  run('mariadb-install-db', ['--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=normal'], {
    user,
  })
  const server = new ServerProcess({
    command,
    args: [
      '--no-defaults',
      `--datadir=${data}`,
      // A server that starts removes the temporary tables that it finds here, whoever's they are.
      `--tmpdir=${folder}`,
      `--socket=${socket}`,
      `--port=${port}`,
      // Of its own: a server that starts removes the temporary tables it finds, those of other servers too.
      `--tmpdir=${folder}`,
      '--bind-address=127.0.0.1',
      '--skip-name-resolve',
      '--max-connections=200',
      ...(isUnsafe ? ['--innodb-flush-log-at-trx-commit=0', '--innodb-flush-log-at-timeout=10'] : []),
    ],
    port,
    folder,
    user,
  })
  await server.start()
  run('mariadb', ['--no-defaults', `--socket=${socket}`, '--user=root'], {
    input:
      "CREATE DATABASE cronwright CHARACTER SET utf8mb4; CREATE USER 'cronwright'@'%' IDENTIFIED BY 'secret'; " +
      "GRANT ALL ON *.* TO 'cronwright'@'%'",
  })
  return { server, url: `mysql://cronwright:secret@127.0.0.1:${port}/cronwright` }
}
