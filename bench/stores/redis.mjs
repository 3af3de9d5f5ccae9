/** A prefix of its own; what begins with it is removed afterwards. */

import { Redis } from 'ioredis'
import { uniqueName } from './index.mjs'

export function open(server) {
  const prefix = uniqueName()
  return {
    url: `${server}?prefix=${prefix}`,
    server,
    prefix,
    drop: () => onServer(server, (client) => empty(client, prefix)),
  }
}

export async function describe(server) {
  return onServer(server, async (client) => {
    const [, version] = /redis_version:(\S+)/.exec(await client.info('server'))
    const [, appendonly] = await client.config('GET', 'appendonly')
    const [, appendfsync] = await client.config('GET', 'appendfsync')
    return `Redis ${version} (appendonly ${appendonly}, appendfsync ${appendfsync})`
  })
}

async function empty(client, prefix) {
  let cursor = '0'
  do {
    // Peers put a prefix of theirs in front, or braces around it.
    const [next, keys] = await client.scan(cursor, 'MATCH', `*${prefix}*`, 'COUNT', 5_000)
    cursor = next
    if (keys.length > 0) await client.unlink(keys)
  } while (cursor !== '0')
}

async function onServer(url, use) {
  const client = new Redis(url)
  try {
    return await use(client)
  } finally {
    client.disconnect()
  }
}
