/** A path of its own. */

import zookeeper from 'node-zookeeper-client'
import { ask } from '../../scripts/servers/server-process.mjs'
import { uniqueName } from './index.mjs'

const BATCH = 500

export function open(server) {
  const { host } = new URL(server)
  const path = `/${uniqueName()}`
  return { url: `zookeeper://${host}${path}`, host, path, drop: () => empty(host, path) }
}

export async function describe(server) {
  const { port } = new URL(server)
  const [, version] = /version: ([\d.]+)/.exec(await ask(Number(port), 'srvr')) ?? []
  return `ZooKeeper ${version ?? 'of unknown version'} (every write synced)`
}

/** A connected client. */
export async function connect(host) {
  const client = zookeeper.createClient(host, { sessionTimeout: 10_000 })
  const connected = new Promise((resolve) => client.once('connected', resolve))
  client.connect()
  await connected
  return client
}

/** Calls a method of a client that takes a callback. */
export function call(target, method, ...values) {
  return new Promise((resolve, reject) => {
    target[method](...values, (error, result) => (error ? reject(error) : resolve(result)))
  })
}

async function empty(host, path) {
  const client = await connect(host)
  const found = (await call(client, 'exists', path)) === null ? [] : await below(client, path)
  for (let from = 0; from < found.length; from += BATCH) {
    const transaction = client.transaction()
    for (const node of found.slice(from, from + BATCH)) transaction.remove(node, -1)
    await call(transaction, 'commit')
  }
  client.close()
}

/** Everything below a path and itself, leaves first. */
async function below(client, path) {
  const children = await call(client, 'getChildren', path)
  const inner = await Promise.all(children.map((name) => below(client, `${path}/${name}`)))
  return [...inner.flat(), path]
}
