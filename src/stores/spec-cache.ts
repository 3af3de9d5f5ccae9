/**
 * Specs that were written or read before. A recurring job is read at every fire and its spec hardly ever changes: where
 * the text is the same as the last time, so is the spec, and neither is parsed or written anew.
 *
 * Only specs whose input nobody can change are kept: a handler gets the input of the spec itself.
 */

import type { JobSpec } from '../jobs/job.ts'
import type { RecordKind } from '../jobs/record.ts'

/** Jobs remembered; the one read longest ago is forgotten first. */
const REMEMBERED = 10_000

export class SpecCache {
  readonly #jobs = new Map<string, { readonly text: string; readonly spec: JobSpec }>()
  readonly #texts = { job: new WeakMap<object, string>(), run: new WeakMap<object, string>() }

  /** The spec of a job if it was read from this very text before. */
  spec(jobId: string, text: string): JobSpec | undefined {
    const known = this.#jobs.get(jobId)
    return known?.text === text ? known.spec : undefined
  }

  remember(jobId: string, text: string, spec: JobSpec): void {
    if (typeof spec.input === 'object' && spec.input !== null) return
    this.#jobs.delete(jobId)
    this.#jobs.set(jobId, { text, spec })
    if (this.#jobs.size <= REMEMBERED) return
    for (const oldest of this.#jobs.keys()) {
      this.#jobs.delete(oldest)
      break
    }
  }

  /** The text of a spec, made by `encode` the first time. Notes are new at each change. */
  text(kind: RecordKind, spec: object, encode: () => string): string {
    if (kind !== 'job' && kind !== 'run') return encode()
    let text = this.#texts[kind].get(spec)
    if (text === undefined) {
      text = encode()
      this.#texts[kind].set(spec, text)
    }
    return text
  }
}
