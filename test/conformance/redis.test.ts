/** The Redis store on its own connection, and on a client that its user connected, with a key prefix of its own. */

import { Redis } from 'ioredis'
import { afterAll } from 'vitest'
import { randomId } from '../../src/core/random-id.ts'
import { RedisJobStore } from '../../src/redis.ts'
import { describeRecordStore } from './conformance.ts'

const url = process.env['CRONWRIGHT_TEST_REDIS_URL'] ?? ''
const run = randomId().slice(0, 8)
const shared = { persistent: true, shared: true, text: true }

const client = new Redis(url, { keyPrefix: 'application:' })
afterAll(() => client.disconnect())

describeRecordStore('RedisJobStore', {
  create: ({ name, ...options }) => new RedisJobStore({ url, prefix: `${run}:${name}`, ...options }),
  beside: ({ name }) => new RedisJobStore({ url, prefix: `${run}:${name}:beside` }),
  ...shared,
})

describeRecordStore("RedisJobStore on its user's client", {
  create: ({ name, ...options }) => new RedisJobStore({ client, prefix: `${run}:own:${name}`, ...options }),
  ...shared,
})
