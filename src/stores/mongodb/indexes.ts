/**
 * The indexes of the collection, and the document that says which layout it has. Creating an index that is there already
 * does nothing, so processes that start at once may all do it.
 *
 * Each index holds only what it has to: finished runs, most of the collection, are in none of those that a claim reads.
 */

import { CronwrightError } from '../../errors.ts'
import { StoredFields } from '../../jobs/fields.ts'
import type { Connection } from './connection.ts'

/** Version of the layout of documents and indexes that this release writes. */
const LAYOUT = 1

const LAYOUT_ID = 'layout'

const INDEXES = [
  { name: 'due', key: { lane: 1, due: 1, seq: 1 }, partialFilterExpression: { due: { $exists: true } } },
  // From one priority to the next lower: the server seeks over what is due later.
  {
    name: 'runs_due',
    key: { queue: 1, priority: -1, due: 1, seq: 1 },
    partialFilterExpression: { lane: 'run', due: { $exists: true } },
  },
  // When the next run of some queues is due, however many of others are due before.
  {
    name: 'runs_next',
    key: { queue: 1, due: 1 },
    partialFilterExpression: { lane: 'run', due: { $exists: true } },
  },
  { name: 'newest', key: { kind: 1, at: -1, _id: -1 }, partialFilterExpression: { kind: { $exists: true } } },
  {
    name: 'by_state',
    key: { kind: 1, state: 1, at: -1, _id: -1 },
    partialFilterExpression: { kind: { $exists: true } },
  },
  { name: 'of_job', key: { jobId: 1, at: -1, _id: -1 }, partialFilterExpression: { jobId: { $exists: true } } },
  { name: 'active', key: { jobId: 1, active: 1 }, partialFilterExpression: { active: true } },
  {
    name: 'finished_enqueued',
    key: { functionRef: 1, at: -1, _id: -1 },
    partialFilterExpression: { enqueued: true, lane: 'history' },
  },
  { name: 'unfinished', key: { unfinished: 1 }, partialFilterExpression: { unfinished: { $exists: true } } },
]

/**
 * Brings the indexes up to date, or says what is missing.
 *
 * @throws CronwrightError (`STORE_ERROR`) when the layout is newer than this release, or missing and not to be made
 */
export async function prepareCollection(connection: Connection, name: string, autoMigrate: boolean): Promise<void> {
  const found = await layoutOf(connection)
  if (found === LAYOUT) return
  if (found !== undefined) {
    throw layoutError(
      name,
      found,
      `has the layout ${found}, which is newer than this release of cronwright knows (${LAYOUT}); update cronwright`,
    )
  }
  if (!autoMigrate) throw layoutError(name, 0, 'is not prepared; start once with autoMigrate: true')
  await connection.createIndexes(INDEXES)
  await connection.bulk([{ insertOne: { document: { _id: LAYOUT_ID, layout: LAYOUT } } }])
}

async function layoutOf(connection: Connection): Promise<number | undefined> {
  const [document] = await connection.find({ _id: LAYOUT_ID })
  return document === undefined ? undefined : new StoredFields(document, 'document layout').number('layout')
}

function layoutError(collection: string, version: number, problem: string): CronwrightError {
  return new CronwrightError('STORE_ERROR', `the collection ${collection} ${problem}`, {
    details: { field: 'collection', collection, version, supported: LAYOUT },
  })
}
