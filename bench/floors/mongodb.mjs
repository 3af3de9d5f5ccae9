/** The writes of a queue with mongodb: one unordered bulk of guarded updates a batch. */

import { MongoClient } from 'mongodb'
import { BATCH, LEASE_MS, newIds, RETENTION_MS, SPEC, statusOf, workInBatches } from './records.mjs'

export async function open({ url, name }) {
  const client = new MongoClient(url, { writeConcern: { w: 'majority', journal: true } })
  await client.connect()
  const runs = client.db(name).collection('floor')
  await runs.createIndex({ state: 1, due: 1 })
  const insert = (ids) => {
    const due = Date.now()
    return runs.insertMany(
      ids.map((_id) => ({ _id, version: 1, due, state: 'pending', spec: SPEC, status: null })),
      { ordered: false },
    )
  }
  const change = async (found, due, state, versionsOn) => {
    const updates = found.map(({ _id, version }) => ({
      updateOne: {
        filter: { _id, version: version + versionsOn },
        update: { $set: { due, state, status: statusOf(state), version: version + versionsOn + 1 } },
      },
    }))
    return (await runs.bulkWrite(updates, { ordered: false })).modifiedCount
  }
  const batch = async () => {
    const now = Date.now()
    const due = { state: 'pending', due: { $lte: now } }
    const found = await runs.find(due).sort({ due: 1 }).limit(BATCH).batchSize(BATCH).toArray()
    await change(found, now + LEASE_MS, 'running', 0)
    return change(found, now + RETENTION_MS, 'completed', 1)
  }
  return {
    enqueue: () => insert(newIds(1)),
    enqueueMany: (inputs) => insert(newIds(inputs.length)),
    work: workInBatches(batch),
    close: () => client.close(),
  }
}
