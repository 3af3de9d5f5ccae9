import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { ConfigurationError, interval, Scheduler } from '../../../src/index.ts'

const directory = mkdtempSync(join(tmpdir(), 'cronwright-configuration-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const CONFIGURATION = {
  timezone: 'Europe/Athens',
  workerId: 'configured',
  jobDefaults: { maxInstances: 3 },
  queues: ['mail'],
}

function fileOf(name: string, content: string): string {
  const path = join(directory, name)
  writeFileSync(path, content)
  return path
}

async function expectConfigured(scheduler: Scheduler): Promise<void> {
  expect(scheduler.workerId).toBe('configured')
  const job = await scheduler.addJob(() => undefined, interval('5m'))
  expect(job.maxInstances).toBe(3)
}

function errorOf(source: unknown): ConfigurationError {
  try {
    Scheduler.fromConfig(source)
  } catch (error) {
    if (error instanceof ConfigurationError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

describe('a scheduler is made from', () => {
  const text = JSON.stringify(CONFIGURATION, null, 2)
  const path = fileOf('scheduler.json', text)

  it.each<readonly [string, unknown]>([
    ['an object', CONFIGURATION],
    ['an object without a prototype', Object.assign(Object.create(null), CONFIGURATION)],
    ['JSON text', text],
    ['JSON text after blank lines', `\n\n  ${text}\n`],
    ['the path of a file', path],
    ['a file URL', pathToFileURL(path)],
    ['a file URL as text', pathToFileURL(path).href],
    ['a file with a byte order mark', fileOf('marked.json', `\ufeff${text}`)],
  ])('%s', async (_name, source) => {
    await expectConfigured(Scheduler.fromConfig(source))
  })

  it('an object with things that no JSON can hold, such as a logger', async () => {
    const nothing = (): void => undefined
    const logger = { debug: nothing, info: nothing, warn: nothing, error: nothing }
    await expectConfigured(Scheduler.fromConfig({ ...CONFIGURATION, logger }))
  })

  it('an empty object, with every default', () => {
    expect(Scheduler.fromConfig({}).state).toBe('stopped')
  })
})

describe('what no configuration can be read from is refused', () => {
  it.each<readonly [string, unknown, RegExp]>([
    ['nothing', undefined, /must be an object/],
    ['null', null, /must be an object/],
    ['a number', 5, /must be an object/],
    ['a list', [CONFIGURATION], /must be an object/],
    ['a map', new Map(Object.entries(CONFIGURATION)), /must be a plain object/],
    ['an empty text', '', /readable JSON file/],
    ['a file that is not there', join(directory, 'missing.json'), /readable JSON file \(ENOENT\)/],
    ['a directory', directory, /readable JSON file \(EISDIR\)/],
    ['the URL of a page', 'https://example.org/scheduler.json', /readable JSON file/],
    ['JSON text that ends too early', '{ "timezone": "UTC"', /must be valid JSON/],
    ['JSON text with a comment', '{ /* here */ }', /must be valid JSON/],
    ['a file that is no JSON', fileOf('broken.json', 'timezone: UTC'), /must be valid JSON/],
    ['a file with a list', fileOf('list.json', '[]'), /must be an object/],
  ])('%s', (_name, source, rule) => {
    const error = errorOf(source)
    expect(error.code).toBe('INVALID_CONFIGURATION')
    expect(error.details).toMatchObject({ field: 'configuration', rule: expect.stringMatching(rule) })
    expect(error.message).toMatch(rule)
  })

  it('an object that refers to itself', () => {
    const cyclic: Record<string, unknown> = { timezone: 'UTC' }
    cyclic['jobDefaults'] = { metadata: cyclic }
    expect(errorOf(cyclic).message).toMatch(/^invalid configuration: jobDefaults\.metadata.*refer to itself/)
  })

  it('an object with a getter that throws', () => {
    const trap = Object.defineProperty({}, 'timezone', {
      enumerable: true,
      get: () => {
        throw new Error('a getter threw')
      },
    })
    expect(errorOf(trap).details).toMatchObject({ field: 'configuration', rule: expect.stringContaining('readable') })
  })
})
