import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import * as library from '../../src/index.ts'
import { entryPoints, packedPackage, ROOT, readManifest } from './packed.ts'

const packed = packedPackage()
afterAll(() => packed.remove())

/** Runs a script in the project; what it prints. */
function run(script: string, type: 'module' | 'commonjs'): string {
  const values = [`--input-type=${type}`, '--eval', script]
  return execFileSync(process.execPath, values, {
    cwd: packed.project,
    encoding: 'utf8',
    stdio: 'pipe',
    timeout: 20_000,
  }).trim()
}

const ENTRY_POINTS = entryPoints()

describe('a project that has the package', () => {
  it.each(ENTRY_POINTS)('imports %s', (name) => {
    expect(JSON.parse(run(`console.log(JSON.stringify(Object.keys(await import('${name}'))))`, 'module'))).not.toEqual(
      [],
    )
  })

  it.each(ENTRY_POINTS)('requires %s, since nothing in it waits at its top level', (name) => {
    const required = run(`console.log(JSON.stringify(Object.keys(require('${name}')).sort()))`, 'commonjs')
    const imported = run(`console.log(JSON.stringify(Object.keys(await import('${name}')).sort()))`, 'module')
    expect(JSON.parse(required).filter((key: string) => key !== '__esModule')).toEqual(JSON.parse(imported))
  })

  it('gets everything that the source exports', () => {
    const exported = JSON.parse(run("console.log(JSON.stringify(Object.keys(require('cronwright'))))", 'commonjs'))
    expect(exported).toEqual(expect.arrayContaining(Object.keys(library)))
  })

  it('gets the same classes both ways, and from every entry point', () => {
    const script = `
      const { CronwrightError } = require('cronwright')
      const { SqliteJobStore } = require('cronwright/sqlite')
      import('cronwright').then((imported) => {
        try { new SqliteJobStore({}) } catch (error) {
          console.log(error instanceof CronwrightError, error instanceof imported.CronwrightError)
        }
      })`
    expect(run(script, 'commonjs')).toBe('true true')
  })

  it('runs a job from CommonJS', () => {
    const script = `
      const { Scheduler } = require('cronwright')
      const scheduler = new Scheduler()
      const double = scheduler.register('double', (n) => n * 2)
      scheduler.start()
        .then(() => scheduler.enqueue(double, 21))
        .then((run) => scheduler.waitForRun(run))
        .then((output) => { console.log(output); return scheduler.shutdown() })`
    expect(run(script, 'commonjs')).toBe('42')
  })

  it('is told what to install when an optional package is missing', () => {
    const script = `
      const { Scheduler } = require('cronwright')
      const scheduler = new Scheduler({ executors: { default: { type: 'worker-threads' } } })
      scheduler.start().catch(({ code, message }) => console.log(code, message))`
    expect(run(script, 'commonjs')).toMatch(/^MISSING_DEPENDENCY .*npm install piscina/)
  })

  it('cannot import what is not exported', () => {
    expect(() => run("await import('cronwright/dist/core/heap.js')", 'module')).toThrow(/ERR_PACKAGE_PATH_NOT_EXPORTED/)
  })

  it('has the command', () => {
    const command = join(packed.root, readManifest(packed.root).bin['cronwright'] ?? '')
    expect(execFileSync(command, ['--version'], { encoding: 'utf8' })).toContain(readManifest(packed.root).version)
  })
})

describe('a TypeScript project that has the package', () => {
  const source = `
    import { cron, Scheduler, type Run } from 'cronwright'
    import { SqliteJobStore } from 'cronwright/sqlite'
    import { ManualClock } from 'cronwright/testing'

    const scheduler = new Scheduler({ jobStores: { default: new SqliteJobStore({ path: ':memory:' }) }, clock: new ManualClock() })
    const send = scheduler.register('send', async (mail: { to: string }) => mail.to.length)
    export const job = scheduler.addJob(send, cron('@daily'), { input: { to: 'a@b.c' } })
    export const run: Promise<Run<{ to: string }, number>> = scheduler.enqueue(send, { to: 'a@b.c' })
    // @ts-expect-error the input is checked
    export const wrong = scheduler.enqueue(send, { to: 5 })
    export const output: Promise<number> = run.then((it) => scheduler.waitForRun(it))
  `

  /** Every check that a strict project may have on; those of the package's own types as well. */
  function compile(module: string, moduleResolution: string): string {
    const options = {
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      skipLibCheck: false,
      target: 'es2022',
    }
    const compilerOptions = {
      ...options,
      module,
      moduleResolution,
      lib: ['es2023', 'esnext.disposable'],
      types: ['node'],
    }
    writeFileSync(join(packed.project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['main.ts'] }))
    writeFileSync(join(packed.project, 'main.ts'), source)
    const types = join(packed.project, 'node_modules', '@types')
    mkdirSync(types, { recursive: true })
    linkOnce('@types/node')
    linkOnce('undici-types')
    const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
    return spawnSync(process.execPath, [tsc, '-p', packed.project], { encoding: 'utf8', timeout: 60_000 }).stdout
  }

  function linkOnce(name: string): void {
    const link = join(packed.project, 'node_modules', name)
    try {
      symlinkSync(join(ROOT, 'node_modules', name), link)
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    }
  }

  it.each([
    ['nodenext', 'nodenext'],
    ['node20', 'node16'],
    ['esnext', 'bundler'],
  ])('compiles with the module setting %s and %s resolution', (module, resolution) => {
    expect(compile(module, resolution)).toBe('')
  })
})
