import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { describeFleetOn } from '../../../fleet/on-store.ts'

const folder = mkdtempSync(join(tmpdir(), 'cronwright-fleet-'))

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describeFleetOn('SQLite', `sqlite:${folder}`)
