/** An etcd of a test's own, which it may restart, pause and put a password on; and the driver's own client to look inside. */

import { Etcd3 } from 'etcd3'
import { afterAll } from 'vitest'
import { launchServer, type ServerProcess } from '../own-server.ts'

export interface OwnServer {
  readonly process: ServerProcess
  /** `etcd://host:port`, without a prefix. */
  readonly url: string
  readonly host: string
}

/** Starts a server that goes with the tests of the file. @throws Error where the machine has no etcd to start */
export async function ownServer(): Promise<OwnServer> {
  const { process, url, remove } = await launchServer('etcd')
  afterAll(remove)
  const { host } = new URL(url)
  return { process, url: `etcd://${host}`, host }
}

/** Keys, of one character for each byte, with their values below a prefix. */
export async function keysBelow(host: string, prefix: string): Promise<Record<string, string>> {
  const client = new Etcd3({ hosts: `http://${host}` })
  try {
    const { kvs } = await client.getAll().prefix(prefix).exec()
    return Object.fromEntries(kvs.map(({ key, value }) => [key.toString('latin1'), value.toString('utf8')]))
  } finally {
    client.close()
  }
}
