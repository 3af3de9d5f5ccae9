/** Tricks of the stores that are no SQL servers. */

import { Etcd3 } from 'etcd3'
import { Redis } from 'ioredis'
import type { Trick } from './trick.ts'

export const REDIS: readonly Trick[] = [
  {
    name: 'kill-clients',
    ms: 0,
    fault: 'flaky',
    carryOut: (url) =>
      withRedis(url, async (redis) => {
        for (const type of ['normal', 'pubsub']) await redis.call('CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'yes')
      }),
  },
  {
    name: 'forget-scripts',
    ms: 0,
    fault: undefined,
    carryOut: (url) =>
      withRedis(url, async (redis) => {
        await redis.call('SCRIPT', 'FLUSH')
      }),
  },
]

export const ETCD: readonly Trick[] = [
  {
    name: 'compact',
    ms: 0,
    fault: undefined,
    async carryOut(url) {
      const client = new Etcd3({ hosts: `http://${new URL(url).host}` })
      try {
        const { header } = await client.kv.range({ key: Buffer.from('\0'), limit: 1 })
        await client.kv.compact({ revision: header.revision, physical: true })
      } finally {
        client.close()
      }
    },
  },
]

async function withRedis(url: string, work: (redis: Redis) => Promise<void>): Promise<void> {
  const redis = new Redis(url)
  try {
    await work(redis)
  } finally {
    redis.disconnect()
  }
}
