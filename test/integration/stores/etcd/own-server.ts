/** An etcd of a test's own, which it may restart, pause and put a password on; and the driver's own client to look inside. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Etcd3 } from 'etcd3'
import { afterAll } from 'vitest'

interface ServerProcess {
  start(): Promise<void>
  stop(): Promise<void>
  kill(): void
  pause(): void
  resume(): void
}

interface Recipe {
  readonly packages: readonly string[]
  find(): string | undefined
  launch(command: string, folder: string): Promise<{ readonly server: ServerProcess; readonly url: string }>
}

export interface OwnServer {
  readonly process: ServerProcess
  /** `etcd://host:port`, without a prefix. */
  readonly url: string
  readonly host: string
}

/** Starts a server that goes with the tests of the file. @throws Error where the machine has no etcd to start */
export async function ownServer(): Promise<OwnServer> {
  const path = new URL('../../../../scripts/servers/etcd.mjs', import.meta.url).href
  const recipe = (await import(path)) as Recipe
  const command = recipe.find()
  if (command === undefined) throw new Error(`there is no etcd to start: install ${recipe.packages.join(' ')}`)
  const folder = mkdtempSync(join(tmpdir(), 'cronwright-etcd-own-'))
  const { server, url } = await recipe.launch(command, folder)
  afterAll(async () => {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  const host = new URL(url).host
  return { process: server, url: `etcd://${host}`, host }
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
