/**
 * A job as JSON text and back, for stores that keep text and for moving jobs from one scheduler to another. The text
 * has the field names of {@link Job}, instants as ISO 8601 and durations in milliseconds, so that people can read it;
 * `v1` text is read by every later release.
 */

import { checkInstant, checkInteger, checkObject, checkText } from '../core/validate.ts'
import { CronwrightError } from '../errors.ts'
import { triggerFromJSON } from '../triggers/index.ts'
import { checkJob } from './check-job.ts'
import type { Job } from './job.ts'
import { jsonSerializer } from './serializer.ts'

/** Version of the layout that this release writes. */
const VERSION = 1

/**
 * JSON text of a job. Inputs and metadata keep what the default serializer keeps: also `Date`, `Map`, `Set`, `BigInt`,
 * `Uint8Array` and `undefined`.
 *
 * @throws SerializationError for an input or metadata that cannot be written
 */
export function serializeJob(job: Job): string {
  return jsonSerializer.encode({
    v: VERSION,
    ...job,
    trigger: job.trigger.toJSON(),
    nextRunTime: job.nextRunTime?.toISOString() ?? null,
    createdAt: job.createdAt.toISOString(),
  })
}

/**
 * The job of a text that {@link serializeJob} made.
 *
 * @throws CronwrightError (`DESERIALIZATION`) for any other text; its details name the field, the value and the rule
 */
export function deserializeJob(text: string): Job {
  try {
    const fields = checkObject(jsonSerializer.decode(text), 'job')
    checkInteger(fields['v'], 'job.v', 1, VERSION)
    const job = {
      ...fields,
      trigger: triggerFromJSON(fields['trigger']),
      nextRunTime: fields['nextRunTime'] === null ? null : dateOf(fields['nextRunTime'], 'job.nextRunTime'),
      createdAt: dateOf(fields['createdAt'], 'job.createdAt'),
    }
    return checkJob(job, checkText(fields['store'], 'job.store'), 'job')
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    const details = cause instanceof CronwrightError ? cause.details : {}
    throw new CronwrightError('DESERIALIZATION', `the job cannot be read: ${message}`, { details, cause })
  }
}

function dateOf(value: unknown, field: string): Date {
  return new Date(checkInstant(value, field))
}
