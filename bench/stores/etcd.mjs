/** A prefix of its own. What was overwritten is compacted afterwards, so that the next place does not pay for it. */

import { Etcd3 } from 'etcd3'
import { uniqueName } from './index.mjs'

export function open(server) {
  const { host } = new URL(server)
  const prefix = uniqueName()
  return {
    url: `etcd://${host}/${prefix}`,
    prefix,
    hosts: [`http://${host}`],
    drop: () => empty(`http://${host}`, prefix),
  }
}

export async function describe(server) {
  const client = new Etcd3({ hosts: `http://${new URL(server).host}` })
  const { version } = await client.maintenance.status()
  client.close()
  return `etcd ${version} (every write synced)`
}

async function empty(host, prefix) {
  const client = new Etcd3({ hosts: host })
  const { header } = await client.delete().prefix(prefix).exec()
  await client.kv.compact({ revision: header.revision, physical: true })
  client.close()
}
