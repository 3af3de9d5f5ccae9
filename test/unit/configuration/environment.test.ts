// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to variables are what is tested

import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { ConfigurationError, Scheduler } from '../../../src/index.ts'
import { readConfiguration } from '../../../src/scheduler/configuration/configuration.ts'

const ENVIRONMENT = {
  TZ_NAME: 'Europe/Athens',
  LEASE: '30s',
  FILE: './jobs.db',
  EMPTY: '',
  PASSWORD: 'hunter2-and-more',
  URL: 'amqp://me:hunter2-and-more@host',
  NESTED: '${TZ_NAME}',
}

/** The options that come out of a configuration, as the scheduler gets them. */
function expanded(source: unknown, environment: Record<string, string | undefined> = ENVIRONMENT): unknown {
  return readConfiguration(source, (options) => options, environment)
}

function errorOf(source: unknown): ConfigurationError {
  try {
    expanded(source)
  } catch (error) {
    if (error instanceof ConfigurationError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

describe('variables of the environment', () => {
  it.each<readonly [string, object, object]>([
    ['stand for their value', { timezone: '${TZ_NAME}' }, { timezone: 'Europe/Athens' }],
    ['may be part of a text, and several', { workerId: 'w-${LEASE}-${TZ_NAME}' }, { workerId: 'w-30s-Europe/Athens' }],
    ['may be deep inside', { jobDefaults: { tags: ['${LEASE}'] } }, { jobDefaults: { tags: ['30s'] } }],
    ['have a default', { leaseDuration: '${NO_LEASE:-20s}' }, { leaseDuration: '20s' }],
    ['do not need their default', { leaseDuration: '${LEASE:-20s}' }, { leaseDuration: '30s' }],
    ['are at their default when empty', { leaseDuration: '${EMPTY:-20s}' }, { leaseDuration: '20s' }],
    ['may have an empty default', { workerId: 'w${NOTHING:-}' }, { workerId: 'w' }],
    ['may have a default with colons', { workerId: '${NOTHING:-a:-b:c}' }, { workerId: 'a:-b:c' }],
    ['are not looked for in their own value', { workerId: '${NESTED}' }, { workerId: '${TZ_NAME}' }],
    ['are not looked for in names', { jobStores: { '${FILE}': 'memory:' } }, { jobStores: { '${FILE}': 'memory:' } }],
    ['leave a lone dollar alone', { workerId: 'US$5 {x}' }, { workerId: 'US$5 {x}' }],
  ])('%s', (_name, source, options) => {
    expect(expanded(source)).toEqual(options)
    expect(expanded(JSON.stringify(source))).toEqual(options)
  })

  it('come from process.env unless an environment is given', () => {
    expect(() => Scheduler.fromConfig({ workerId: '${CRONWRIGHT_TEST_WORKER}' })).toThrow(ConfigurationError)
    vi.stubEnv('CRONWRIGHT_TEST_WORKER', 'worker-7')
    onTestFinished(() => {
      vi.unstubAllEnvs()
    })
    expect(Scheduler.fromConfig({ workerId: '${CRONWRIGHT_TEST_WORKER}' }).workerId).toBe('worker-7')
  })

  it('leave the object that was given as it is', () => {
    const source = { timezone: '${TZ_NAME}' }
    expanded(source)
    expect(source).toEqual({ timezone: '${TZ_NAME}' })
  })

  it.each<readonly [string, string, string, RegExp]>([
    ['one that is not set', '${DATABASE_URL}', '${DATABASE_URL}', /DATABASE_URL is not/],
    ['one that an object inherits', '${constructor}', '${constructor}', /constructor is not/],
    ['a name with a hyphen', '${LEASE-TIME}', '${LEASE-TIME}', /must be \$\{NAME\}/],
    ['a name that begins with a digit', '${1}', '${1}', /must be \$\{NAME\}/],
    ['no name', '${}', '${}', /must be \$\{NAME\}/],
    ['a brace that is not closed', '${LEASE', '${LEASE', /must be \$\{NAME\}/],
  ])('are refused as a problem of their place: %s', (_name, text, value, rule) => {
    const { problems } = errorOf({ timezone: text }).details
    expect(problems).toEqual([{ field: 'timezone', value, rule: expect.stringMatching(rule) }])
  })
})

describe('an error shows the name of a variable, never its value', () => {
  it.each<readonly [string, object]>([
    ['a wrong value', { timezone: '${PASSWORD}' }],
    ['a part of one', { leaseDuration: 'x${PASSWORD}y' }],
    ['a URL', { jobStores: { default: '${URL}' } }],
    ['an unknown key', { pasword: '${PASSWORD}' }],
    ['an option of a store', { jobStores: { default: { type: 'sqlite', path: 'x', auth: '${PASSWORD}' } } }],
    ['a parameter of a URL', { jobStores: { default: 'sqlite:x?auth=${PASSWORD}' } }],
  ])('as %s', (_name, source) => {
    const error = errorOf(source)
    expect(error.message).toMatch(/\$\{PASSWORD\}|\*\*\*/)
    for (const text of [error.message, error.stack, JSON.stringify(error)]) expect(text).not.toContain('hunter2')
  })
})
