/** The lock goes when it is to go, even while the thread of who holds it waits for it. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { openDatabase } from '../../src/stores/sqlite/driver.ts'
import { holdWriteLock } from './write-lock.ts'

it('the write lock keeps others waiting until it is given back', { timeout: 30_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cronwright-lock-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'jobs.db')
  const database = await openDatabase(path)
  onTestFinished(() => void database.close())
  database.exec('PRAGMA journal_mode = WAL; CREATE TABLE things (id INTEGER)')
  const release = await holdWriteLock(`sqlite:${path}`)
  database.exec('PRAGMA busy_timeout = 50')
  expect(() => database.exec('INSERT INTO things VALUES (1)')).toThrow(/locked/)
  release()
  await sleep(200)
  expect(() => database.exec('INSERT INTO things VALUES (2)')).not.toThrow()
})
