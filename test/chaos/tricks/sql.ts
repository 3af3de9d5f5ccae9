/** Tricks of the SQL servers: connections are ended from the server's side, or the one writer keeps all others waiting. */

import { setTimeout as sleep } from 'node:timers/promises'
import { createConnection } from 'mysql2/promise'
import { Client } from 'pg'
import { holdWriteLock } from '../../fleet/write-lock.ts'
import type { Trick } from './trick.ts'

const LOCK_MS = 3_000

export const POSTGRES: readonly Trick[] = [
  {
    name: 'terminate-backends',
    ms: 0,
    fault: 'flaky',
    async carryOut(url) {
      const client = new Client(url)
      await client.connect()
      try {
        await client.query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
        )
      } finally {
        await client.end()
      }
    },
  },
]

export const MYSQL: readonly Trick[] = [
  {
    name: 'kill-connections',
    ms: 0,
    fault: 'flaky',
    async carryOut(url) {
      // What else is in the address is for the store.
      const server = new URL(url)
      server.search = ''
      const connection = await createConnection(server.href)
      try {
        const [rows] = await connection.query(
          'SELECT id FROM information_schema.processlist WHERE id <> connection_id()',
        )
        for (const { id } of Array.isArray(rows) ? (rows as { id: number }[]) : []) {
          // One that has ended by itself meanwhile is gone all the same.
          await connection.query(`KILL ${Number(id)}`).catch(() => undefined)
        }
      } finally {
        await connection.end()
      }
    },
  },
]

export const SQLITE: readonly Trick[] = [
  {
    name: 'hold-write-lock',
    ms: LOCK_MS,
    fault: 'outage',
    async carryOut(url) {
      const release = await holdWriteLock(url)
      await sleep(LOCK_MS)
      release()
    },
  },
]
