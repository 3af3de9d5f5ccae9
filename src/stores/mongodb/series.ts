/** The runs of one job (or of one function, where they were enqueued): counting those at work, trimming those over. */

import { property } from '../driver-edge.ts'
import type { RunSeries } from '../record-store.ts'
import type { Connection } from './connection.ts'
import { documentId, type Identified } from './documents.ts'
import { pendingIn } from './outbox.ts'
import type { Tidier } from './tidier.ts'

/** Runs that one query finds at most in each series. */
const CHUNK = 10_000

export class SeriesKeeper {
  readonly #connection: Connection
  readonly #tidier: Tidier

  constructor(connection: Connection, tidier: Tidier) {
    this.#connection = connection
    this.#tidier = tidier
  }

  async countActive(jobIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    if (jobIds.length === 0) return new Map()
    const pending = await this.#pendingOf(jobIds)
    const groups = await this.#connection.aggregate([
      { $match: { jobId: { $in: jobIds }, active: true, _id: { $nin: pending.map(({ _id }) => _id) } } },
      { $group: { _id: '$jobId', runs: { $sum: 1 } } },
    ])
    const counts = new Map(groups.map((group) => [String(property(group, '_id')), Number(property(group, 'runs'))]))
    for (const run of pending) {
      const jobId = String(property(run, 'jobId'))
      counts.set(jobId, (counts.get(jobId) ?? 0) + 1)
    }
    return counts
  }

  /** Active runs that are in the outbox of their job: whoever reads the job sees that it has fired. Read before the rest. */
  async #pendingOf(jobIds: readonly string[]): Promise<readonly Identified[]> {
    const filter = {
      _id: { $in: jobIds.map((id) => documentId({ kind: 'job', id })) },
      unfinished: { $exists: true },
    }
    const holders = await this.#connection.find(filter, { projection: { outbox: 1 } })
    const runs = holders.flatMap((holder) => pendingIn(property(holder, 'outbox')))
    return runs.filter((run) => property(run, 'active') === true)
  }

  async trim(series: readonly RunSeries[]): Promise<void> {
    for (const keep of new Set(series.map((each) => each.keep))) {
      const same = series.filter((each) => each.keep === keep)
      const jobIds = same.flatMap(({ jobId }) => jobId ?? [])
      const functions = same.flatMap(({ jobId, functionRef }) => (jobId === null ? functionRef : []))
      if (jobIds.length > 0) await this.#trim('jobId', { jobId: { $in: jobIds } }, keep)
      if (functions.length > 0) {
        await this.#trim('functionRef', { functionRef: { $in: functions }, enqueued: true }, keep)
      }
    }
  }

  async #trim(field: string, condition: object, keep: number): Promise<void> {
    const groups = await this.#connection.aggregate([
      { $match: { kind: 'run', lane: 'history', ...condition } },
      { $sort: { [field]: 1, at: -1, _id: -1 } },
      { $group: { _id: `$${field}`, ids: { $push: '$_id' } } },
      { $project: { ids: { $slice: ['$ids', keep, CHUNK] } } },
    ])
    const surplus = groups.flatMap((group) => {
      const ids = property(group, 'ids')
      return Array.isArray(ids) ? ids.map(String) : []
    })
    if (surplus.length === 0) return
    // What an outbox mentions would be inserted again: it stays until the next time.
    await this.#tidier.settled()
    const mentioned = await this.#tidier.mentioned()
    const runs = surplus.filter((id) => !mentioned.has(id))
    const logs = runs.map((id) => documentId({ kind: 'log', id: id.slice(documentId({ kind: 'run', id: '' }).length) }))
    await this.#connection.bulk([
      { deleteMany: { filter: { _id: { $in: runs }, lane: 'history' } } },
      { deleteMany: { filter: { _id: { $in: logs } } } },
    ])
  }
}
