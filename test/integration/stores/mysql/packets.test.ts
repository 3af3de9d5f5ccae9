/** What the server takes in one statement (`max_allowed_packet`). */

import { createConnection } from 'mysql2/promise'
import { describe, expect, it, onTestFinished } from 'vitest'
import { randomId } from '../../../../src/core/random-id.ts'
import { MySqlJobStore } from '../../../../src/mysql.ts'
import { getRun, insert, runRecord } from '../../../../src/testing/conformance/records.ts'

const url = process.env['CRONWRIGHT_TEST_MYSQL_URL'] ?? ''
const HOST = { workerId: 'tester', now: () => Date.now(), wakeup: () => undefined, reportError: () => undefined }

async function openStore(): Promise<MySqlJobStore> {
  const store = new MySqlJobStore({ url, table: `k${randomId().slice(0, 12)}`, timeout: '30s' })
  onTestFinished(() => store.shutdown())
  await store.start(HOST, 'tested')
  return store
}

async function largestPacket(): Promise<number> {
  const connection = await createConnection(url)
  const [rows] = await connection.query('SELECT @@max_allowed_packet AS packet')
  await connection.end()
  return Number(Array.isArray(rows) && rows[0] !== undefined && 'packet' in rows[0] ? rows[0]['packet'] : 0)
}

describe('large records on MySQL', () => {
  it('UX-19 one that fits into no packet is refused before anything is sent, with the limit named', async () => {
    const store = await openStore()
    const packet = await largestPacket()
    const input = 'x'.repeat(packet / 2)
    const refused = store.commit([
      { expect: 0, record: runRecord('small') },
      { expect: 0, record: runRecord('large', { spec: { input } }) },
    ])
    await expect(refused).rejects.toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
      message: expect.stringContaining(`max_allowed_packet, which is ${packet}`),
    })
    expect(await store.count({ kind: 'run' })).toBe(0)
  })

  it('UX-19 the largest one, of characters that take twice their room on the way, is kept', async () => {
    const store = await openStore()
    // Each quotation mark is escaped in the record, and again in the statement.
    const input = '"'.repeat((await largestPacket()) / 4 - 65_536)
    await insert(store, runRecord('large', { spec: { input } }))
    expect((await getRun(store, 'large'))?.spec.input).toBe(input)
  })

  it('a batch that is larger than a packet is written, in several statements', async () => {
    const store = await openStore()
    const size = Math.floor((await largestPacket()) / 10)
    const runs = Array.from({ length: 15 }, (_, index) =>
      runRecord(`run-${index}`, { spec: { input: 'x'.repeat(size) } }),
    )
    await insert(store, ...runs)
    expect(await store.count({ kind: 'run' })).toBe(15)
  })
})
