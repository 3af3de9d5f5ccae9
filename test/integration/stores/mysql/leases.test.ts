/** Runs at work are found by when they were due, and judged by when their lease ends. */

import { expect, it, onTestFinished } from 'vitest'
import { randomId } from '../../../../src/core/random-id.ts'
import { MySqlJobStore } from '../../../../src/mysql.ts'
import { changeRun, insert, MINUTE, NOW, runRecord } from '../../../../src/testing/conformance/records.ts'

const url = process.env['CRONWRIGHT_TEST_MYSQL_URL'] ?? ''
const HOST = { workerId: 'tester', now: () => NOW, wakeup: () => undefined, reportError: () => undefined }
const QUEUES = { lane: 'run', queues: ['default'] } as const

it('a run at work is due when its lease ends, before or after what waits, and where it was when it waits again', async () => {
  const store = new MySqlJobStore({ url, table: `l${randomId().slice(0, 12)}` })
  onTestFinished(() => store.shutdown())
  await store.start(HOST, 'tested')
  const due = async (before: number): Promise<readonly string[]> =>
    (await store.due({ ...QUEUES, before, limit: 10 })).map(({ id }) => id)
  const change = (version: number, patch: Parameters<typeof changeRun>[2]): Promise<unknown> =>
    store.commit([changeRun('first', version, patch)])

  await insert(store, runRecord('first'), runRecord('second', { due: NOW + 2 * MINUTE }))
  await change(1, { state: 'running', due: NOW + MINUTE })
  expect([await due(NOW), ...(await store.nextDue([QUEUES]))]).toEqual([[], NOW + MINUTE])
  await change(2, { due: NOW + 3 * MINUTE })
  expect([await due(NOW + MINUTE), ...(await store.nextDue([QUEUES]))]).toEqual([[], NOW + 2 * MINUTE])
  expect(await due(NOW + 3 * MINUTE)).toEqual(['first', 'second'])
  await change(3, { due: NOW - MINUTE })
  expect([await due(NOW), ...(await store.nextDue([QUEUES]))]).toEqual([['first'], NOW - MINUTE])
  await change(4, { state: 'pending', due: NOW + 4 * MINUTE })
  expect([await due(NOW + 3 * MINUTE), ...(await store.nextDue([QUEUES]))]).toEqual([['second'], NOW + 2 * MINUTE])
  expect(await due(NOW + 4 * MINUTE)).toEqual(['second', 'first'])
})
