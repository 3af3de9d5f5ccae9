/** The documentation holds what it says: its code compiles and runs, its links lead somewhere. */

import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { pages, ROOT, writeCodeBlocks } from './code-blocks.ts'

const blocks = writeCodeBlocks()
/** How long a block may run: some start a scheduler and leave it running, as a service would. */
const PATIENCE_MS = 4_000

interface Ending {
  readonly status: number | null
  readonly complaints: string
}

/** Runs a block in an empty directory until it ends, or for as long as a reader would watch it. */
function run(file: string): Promise<Ending> {
  const cwd = mkdtempSync(join(tmpdir(), 'cronwright-docs-'))
  const child = spawn(
    process.execPath,
    ['--import', join(ROOT, 'node_modules/tsx/dist/esm/index.mjs'), join(ROOT, file)],
    { cwd },
  )
  let complaints = ''
  child.stderr.on('data', (chunk) => {
    complaints += String(chunk)
  })
  const timer = setTimeout(() => child.kill('SIGTERM'), PATIENCE_MS)
  return new Promise((resolve) => {
    child.on('close', (status) => {
      clearTimeout(timer)
      resolve({ status, complaints })
    })
  })
}

describe('the code in the documentation', () => {
  let compilerSays = ''

  beforeAll(() => {
    const config = join(ROOT, '.cache/docs/tsconfig.json')
    // An example may name a thing and leave its use to the reader.
    const compilerOptions = { noUnusedLocals: false }
    writeFileSync(config, JSON.stringify({ extends: '../../tsconfig.json', compilerOptions, include: ['*.ts'] }))
    try {
      execFileSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', config], {
        encoding: 'utf8',
      })
    } catch (error) {
      compilerSays = error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error)
    }
  })

  it('compiles under the strictest settings', () => {
    expect(blocks.length).toBeGreaterThan(10)
    expect(compilerSays).toBe('')
  })

  it.concurrent.each(blocks)('runs: $name', async ({ file }) => {
    const { status, complaints } = await run(file)
    expect(complaints).toBe('')
    expect([0, null]).toContain(status)
  })
})

describe('the links in the documentation', () => {
  it.each(pages())('all lead somewhere: %s', (page) => {
    const text = readFileSync(join(ROOT, page), 'utf8')
    const targets = [...text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map((match) => match[1] ?? '')
    const dead = targets.filter((target) => !/^https?:/.test(target) && !existsSync(join(ROOT, dirname(page), target)))
    expect(dead).toEqual([])
  })
})
