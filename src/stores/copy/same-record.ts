/** Whether two stores have the same record. */

import { encodeSpec, encodeStatus } from '../../jobs/encoding.ts'
import type { StoreRecord } from '../../jobs/record.ts'
import { jsonSerializer } from '../../jobs/serializer.ts'

/** Versions may differ: a store of a user's own counts them as it likes. */
export function isSameRecord(left: StoreRecord, right: StoreRecord): boolean {
  return textOf(left) === textOf(right)
}

function textOf({
  kind,
  id,
  lane,
  due,
  state,
  at,
  jobId,
  functionRef,
  queue,
  priority,
  spec,
  status,
}: StoreRecord): string {
  const contents = [encodeSpec(kind, spec, jsonSerializer), encodeStatus(status, jsonSerializer)]
  return JSON.stringify([kind, id, lane, due, state, at, jobId, functionRef, queue, priority, ...contents])
}
