/** A database of its own. */

import { MongoClient } from 'mongodb'
import { uniqueName } from './index.mjs'

export function open(server) {
  const name = uniqueName()
  const url = new URL(server)
  url.pathname = `/${name}`
  return { url: url.href, name, drop: () => onServer(server, (client) => client.db(name).dropDatabase()) }
}

export async function describe(server) {
  return onServer(server, async (client) => {
    const { version } = await client.db('admin').command({ buildInfo: 1 })
    return `a server of MongoDB's protocol that calls itself ${version}`
  })
}

async function onServer(url, use) {
  const client = new MongoClient(url)
  try {
    return await use(client)
  } finally {
    await client.close()
  }
}
