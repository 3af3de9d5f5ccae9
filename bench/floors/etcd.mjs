/** The writes of a queue with etcd3: transactions of compared puts, 8 in flight; what is due is known from memory. */

import { Etcd3 } from 'etcd3'
import { addInFlight, workInFlight } from './in-flight.mjs'
import { newIds, SPEC, statusOf } from './records.mjs'

/** A transaction holds 128 operations. */
const SIZE = 100
const IN_FLIGHT = 8

export async function open({ hosts, prefix }) {
  const client = new Etcd3({ hosts })
  const waiting = []
  const keyOf = ({ id }) => `${prefix}/${id}`
  const insert = async (ids) => {
    const puts = ids.map((id) => client.put(keyOf({ id })).value(SPEC))
    const { header } = await client
      .if(`${prefix}/none`, 'Create', '==', 0)
      .then(...puts)
      .commit()
    for (const id of ids) waiting.push({ id, revision: header.revision })
  }
  const change = async (runs, state) => {
    const body = `${SPEC}${statusOf(state)}`
    const [first, ...others] = runs
    let guarded = client.if(keyOf(first), 'Mod', '==', first.revision)
    for (const run of others) guarded = guarded.and(keyOf(run), 'Mod', '==', run.revision)
    const reply = await guarded.then(...runs.map((run) => client.put(keyOf(run)).value(body))).commit()
    if (!reply.succeeded) throw new Error('the floor met somebody else')
    return runs.map(({ id }) => ({ id, revision: reply.header.revision }))
  }
  const process = async (runs) => (await change(await change(runs, 'running'), 'completed')).length
  return {
    enqueue: () => insert(newIds(1)),
    enqueueMany: (inputs) => addInFlight(newIds(inputs.length), SIZE, insert),
    work: workInFlight({ size: SIZE, inFlight: IN_FLIGHT, process }, waiting),
    close: async () => client.close(),
  }
}
