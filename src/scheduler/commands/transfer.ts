/** Jobs out of a scheduler and into one, as JSON text. */

import { firstVersion } from '../../core/random-id.ts'
import { checkBoolean, checkFields, checkOptions, checkText } from '../../core/validate.ts'
import { ConflictingIdError, InvalidArgumentError } from '../../errors.ts'
import { type Job, jobFromRecord, recordFromJob } from '../../jobs/job.ts'
import { jobFromText, serializeJob } from '../../jobs/portable.ts'
import type { Change } from '../../jobs/record.ts'
import type { Kernel } from '../kernel.ts'
import type { Loop } from '../loop/loop.ts'
import type { JobCommands } from './job-commands.ts'

const FORMAT = 'cronwright-jobs'
const VERSION = 1

/** The jobs as JSON text: `{ format, version, jobs }`. */
export async function exportJobs(commands: JobCommands, filter: unknown): Promise<string> {
  const jobs = await commands.list(filter)
  return JSON.stringify(
    { format: FORMAT, version: VERSION, jobs: jobs.map((job) => JSON.parse(serializeJob(job))) },
    null,
    2,
  )
}

/** Adds exported jobs. All are checked before the first is written. */
export async function importJobs(kernel: Kernel, loop: Loop, text: unknown, options: unknown): Promise<Job[]> {
  const { store, replaceExisting = false } = checkOptions(options, 'options', ['store', 'replaceExisting'])
  const replaces = checkBoolean(replaceExisting, 'options.replaceExisting')
  const slot = kernel.storeSlot(store === undefined ? 'default' : checkText(store, 'options.store'))
  const records = parse(text).map((job) => recordFromJob(job, firstVersion()))
  const ids = new Set<string>()
  for (const [index, { id }] of records.entries()) {
    if (ids.has(id)) throw new InvalidArgumentError(`text.jobs[${index}].id`, id, 'must not be the id of another job')
    ids.add(id)
  }
  const opened = await slot.ready()
  const existing = await opened.get(records.map(({ id }) => ({ kind: 'job', id }) as const))
  const taken = existing.find((record) => record !== undefined)
  if (taken !== undefined && !replaces) throw new ConflictingIdError(taken.id, slot.alias)
  const changes = records.map((record, index): Change => {
    const old = existing[index]
    if (old === undefined) return { expect: 0, record }
    return { expect: old.version, key: { kind: 'job', id: record.id }, patch: record }
  })
  const results = await opened.commit(changes)
  return records.map((record, index) => {
    if (results[index]?.applied !== true) throw new ConflictingIdError(record.id, slot.alias)
    loop.expect(slot, 'job', record.due)
    const event = existing[index] === undefined ? 'job:added' : 'job:modified'
    kernel.events.emit(event, { jobId: record.id, store: slot.alias })
    return jobFromRecord(record, slot.alias)
  })
}

function parse(text: unknown): Job[] {
  const rule = 'must be text made by exportJobs()'
  if (typeof text !== 'string') throw new InvalidArgumentError('text', text, rule)
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch {
    throw new InvalidArgumentError('text', text, rule)
  }
  const { format, version, jobs } = checkFields(content, 'text', ['format', 'version', 'jobs'])
  if (format !== FORMAT || version !== VERSION || !Array.isArray(jobs))
    throw new InvalidArgumentError('text', text, rule)
  return jobs.map((job: unknown, index) => jobFromText(JSON.stringify(job), `text.jobs[${index}]`))
}
