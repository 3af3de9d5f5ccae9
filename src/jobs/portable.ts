/**
 * A job as JSON text and back, for stores that keep text and for moving jobs from one scheduler to another. The text
 * has the field names of {@link Job}, instants as ISO 8601 and durations in milliseconds, so that people can read it;
 * `v1` text is read by every later release.
 */

import { describeValue, shownValue } from '../core/describe.ts'
import { checkInstant, checkInteger, checkObject, checkText } from '../core/validate.ts'
import { CronwrightError, InvalidArgumentError, TriggerError } from '../errors.ts'
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
 * @throws InvalidArgumentError for what is no job
 * @throws SerializationError for an input or metadata that cannot be written
 */
export function serializeJob(job: Job): string {
  const checked = checkJob(job, checkText(checkObject(job, 'job')['store'], 'job.store'), 'job')
  return jsonSerializer.encode({
    v: VERSION,
    ...checked,
    trigger: checked.trigger.toJSON(),
    nextRunTime: checked.nextRunTime?.toISOString() ?? null,
    createdAt: checked.createdAt.toISOString(),
  })
}

/**
 * The job of a text that {@link serializeJob} made.
 *
 * @throws CronwrightError (`DESERIALIZATION`) for any other text; its details name the field, the value and the rule
 */
export function deserializeJob(text: string): Job {
  return jobFromText(text, 'job')
}

/** {@link deserializeJob} of a text that an error calls by this name. */
export function jobFromText(text: unknown, field: string): Job {
  try {
    const fields = checkObject(jsonSerializer.decode(String(text)), field)
    checkInteger(fields['v'], `${field}.v`, 1, VERSION)
    const job = {
      ...fields,
      trigger: triggerFromJSON(fields['trigger']),
      nextRunTime: fields['nextRunTime'] === null ? null : dateOf(fields['nextRunTime'], `${field}.nextRunTime`),
      createdAt: dateOf(fields['createdAt'], `${field}.createdAt`),
    }
    return checkJob(job, checkText(fields['store'], `${field}.store`), field)
  } catch (cause) {
    const details = detailsOf(cause, text, field)
    const message = `the job cannot be read: ${details.field}: ${details.rule}, got ${describeValue(details.value)}`
    throw new CronwrightError('DESERIALIZATION', message, { details, cause })
  }
}

function detailsOf(cause: unknown, text: unknown, field: string): { field: string; value: unknown; rule: string } {
  if (!(cause instanceof InvalidArgumentError)) {
    return { field, value: shownValue(text), rule: 'must be text made by serializeJob()' }
  }
  const { field: inner, value, rule } = cause.details
  const name = cause instanceof TriggerError ? `${field}.trigger.${String(inner)}` : String(inner)
  return { field: name, value, rule: String(rule) }
}

function dateOf(value: unknown, field: string): Date {
  return new Date(checkInstant(value, field))
}
