import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { SqliteJobStore } from '../../../../src/sqlite.ts'
import { describeSchedulerOn } from '../scheduler-on-store.ts'

const directory = mkdtempSync(join(tmpdir(), 'cronwright-'))

afterAll(() => rmSync(directory, { recursive: true, force: true }))

describeSchedulerOn('SQLite', (name) => new SqliteJobStore({ path: join(directory, `${name}.db`) }))
