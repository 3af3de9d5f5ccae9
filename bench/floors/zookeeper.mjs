/** The writes of a queue with node-zookeeper-client: versioned multis, 8 in flight; what is due is known from memory. */

import zookeeper from 'node-zookeeper-client'
import { call, connect } from '../stores/zookeeper.mjs'
import { addInFlight, workInFlight } from './in-flight.mjs'
import { newIds, SPEC, statusOf } from './records.mjs'

const SIZE = 100
const IN_FLIGHT = 8

export async function open({ host, path }) {
  const client = await connect(host)
  await call(client, 'mkdirp', path)
  const waiting = []
  const insert = async (ids) => {
    const transaction = client.transaction()
    for (const id of ids) {
      transaction.create(
        `${path}/${id}`,
        Buffer.from(SPEC),
        zookeeper.ACL.OPEN_ACL_UNSAFE,
        zookeeper.CreateMode.PERSISTENT,
      )
    }
    await call(transaction, 'commit')
    for (const id of ids) waiting.push(id)
  }
  const change = async (ids, state, version) => {
    const transaction = client.transaction()
    const body = Buffer.from(`${SPEC}${statusOf(state)}`)
    for (const id of ids) transaction.setData(`${path}/${id}`, body, version)
    await call(transaction, 'commit')
  }
  const process = async (ids) => {
    await change(ids, 'running', 0)
    await change(ids, 'completed', 1)
    return ids.length
  }
  return {
    enqueue: () => insert(newIds(1)),
    enqueueMany: (inputs) => addInFlight(newIds(inputs.length), SIZE, insert),
    work: workInFlight({ size: SIZE, inFlight: IN_FLIGHT, process }, waiting),
    close: async () => client.close(),
  }
}
