/** Agenda on PostgreSQL or MongoDB. It adds jobs one by one only, and tells of a success after it has stored it. */

import { Agenda } from 'agenda'
import { countdown } from './countdown.mjs'

/** @param {{ concurrency?: number }} settings - left out: its defaults */
export async function open({ url }, { concurrency }) {
  const tuned =
    concurrency === undefined
      ? {}
      : { processEvery: '100 milliseconds', defaultConcurrency: concurrency, maxConcurrency: concurrency }
  const backend = await backendFor(url)
  const agenda = new Agenda({ backend, ...tuned })
  let handle = () => undefined
  agenda.define('noop', (job) => handle(job.attrs.data))
  await agenda.ready
  return {
    enqueue: (input) => agenda.now('noop', input),
    work: async (handler, count) => {
      handle = handler
      const { one, all } = countdown(count)
      agenda.on('complete', one)
      await agenda.start()
      const stop = async () => {
        agenda.off('complete', one)
        await agenda.stop(false)
      }
      return { done: all, stop }
    },
    close: () => backend.disconnect(),
  }
}

async function backendFor(url) {
  if (url.startsWith('postgres')) {
    const { PostgresBackend } = await import('@agendajs/postgres-backend')
    return new PostgresBackend({ connectionString: url })
  }
  const { MongoBackend } = await import('@agendajs/mongo-backend')
  return new MongoBackend({ address: url })
}
