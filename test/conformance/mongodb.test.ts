/** The MongoDB store on a client of its own, beside another collection, and on a client that its user connected. */

import { MongoClient } from 'mongodb'
import { afterAll } from 'vitest'
import { randomId } from '../../src/core/random-id.ts'
import { MongoJobStore } from '../../src/mongodb.ts'
import { describeRecordStore } from './conformance.ts'

const url = process.env['CRONWRIGHT_TEST_MONGODB_URL'] ?? ''
const run = randomId().slice(0, 8)
const shared = { persistent: true, shared: true, text: true }

const client = new MongoClient(url)
afterAll(() => client.close())

describeRecordStore('MongoJobStore', {
  create: ({ name, ...options }) => new MongoJobStore({ url, collection: `t${run}.${name}`, ...options }),
  beside: ({ name }) => new MongoJobStore({ url, collection: `o${run}.${name}` }),
  ...shared,
})

describeRecordStore("MongoJobStore on its user's client", {
  create: ({ name, ...options }) => new MongoJobStore({ client, collection: `c${run}.${name}`, ...options }),
  ...shared,
})
