/** A claimer as the scheduler is one, apart from the tests so that a process of its own can be one too. */

import { yieldToEventLoop } from '../../core/clock.ts'
import type { Change } from '../../jobs/record.ts'
import type { RecordJobStore } from '../../stores/record-job-store.ts'

/** Takes what is due, so many runs at a time, until nothing is. The ids of those it won. */
export async function claimAll(store: RecordJobStore, now: number, limit = 20): Promise<string[]> {
  const won: string[] = []
  for (;;) {
    const due = await store.due({ lane: 'run', before: now, limit, queues: ['default'] })
    if (due.length === 0) return won
    // Others read the same runs before any of them claims.
    await yieldToEventLoop()
    const claims: Change[] = due.map(({ id, version }) => ({
      expect: version,
      key: { kind: 'run', id },
      patch: { state: 'running', due: now + 60_000 },
    }))
    const results = await store.commit(claims)
    for (const [index, { id }] of due.entries()) {
      if (results[index]?.applied) won.push(id)
    }
  }
}
