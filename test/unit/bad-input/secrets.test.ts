/** No error shows a password: not in its message, its details, its JSON, nor in what a console prints of it. */

import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { CronwrightError } from '../../../src/errors.ts'
import { cron, interval, Scheduler } from '../../../src/index.ts'
import { loose, refusal, schedulerAtHand } from './support.ts'

const SECRET = 'hunter2'

const URLS: readonly string[] = [
  `redis://user:${SECRET}@host:6379/0`,
  `redis://:${SECRET}@host`,
  `postgres://me@example.org:${SECRET}@host/db`,
  `postgres://user:${SECRET}@${SECRET}@host/db`,
  `postgres://user:${SECRET}/with/slashes@host/db`,
  `mongodb://user:${SECRET}?#&@host`,
  `mysql://user:${SECRET} with blanks@host`,
  `etcd://user:${SECRET}@host:2379,user:${SECRET}@host2:2379/prefix`,
  `postgres//user:${SECRET}@host`,
  `postgres:user:${SECRET}@host`,
  `user:${SECRET}@host`,
  `oracle://host/db?user=me&password=${SECRET}`,
  `zookeeper://host?accessToken=${SECRET}&timeout=5`,
  `host=localhost password=${SECRET} dbname=jobs`,
  `${'x'.repeat(2_000)}://user:${SECRET}@host`,
  `redis://user:${SECRET.repeat(1_000)}@host`,
]

const scheduler = await schedulerAtHand()
const api = loose(scheduler)
const construct = (options: unknown): unknown => Reflect.construct(Scheduler, [options])
const configure = loose(Scheduler)['fromConfig']

function expectHidden(error: CronwrightError): void {
  const { message, stack, details, code } = error
  for (const text of [
    message,
    stack,
    JSON.stringify(error),
    JSON.stringify({ message, details, code }),
    inspect(error),
  ]) {
    expect(text).not.toContain(SECRET)
  }
}

describe('the password of a URL', () => {
  const places: Readonly<Record<string, (url: string) => unknown>> = {
    // With a scheme that no store has: those of servers are taken, and refused when they are connected to.
    'a job store': (url) => construct({ jobStores: { default: `no-${url}` } }),
    'a store in a list': (url) => construct({ jobStores: [url] }),
    'an option of a store': (url) => construct({ jobStores: { default: { type: 'memory', url } } }),
    'a type of store': (url) => construct({ jobStores: { default: { type: url } } }),
    'an executor': (url) => construct({ executors: { default: url } }),
    'a wrong option': (url) => construct({ store: url }),
    'the name of an option': (url) => construct({ [url]: 'memory:' }),
    'a whole configuration': (url) => configure?.(url),
    'a configured store': (url) => configure?.({ jobStores: { default: `no-${url}` } }),
    'a configured option of a store': (url) => configure?.({ jobStores: { default: { type: 'sqlite', url } } }),
    'a configured store of the wrong kind': (url) => configure?.({ jobStores: { default: [{ url }] } }),
    'an added store': (url) => api['addJobStore']?.('extra', `no-${url}`),
  }

  it.each(Object.entries(places))('is hidden where it stands for %s', async (_place, call) => {
    for (const url of URLS) expectHidden(await refusal(() => call(url)))
  })

  // Where nobody expects a URL, a text without // is shown as it is: it may be the id of a run.
  it.each<readonly [string, (url: string) => unknown]>([
    ['the alias of a store', (url) => api['addJob']?.('work', interval('5m'), { store: url })],
    ['the alias of an executor', (url) => api['enqueue']?.('work', 1, { executor: url })],
    ['an id', (url) => api['removeJob']?.(url)],
    ['a function', (url) => api['enqueue']?.(url, 1)],
    ['a time zone', (url) => cron('@daily', { timezone: url })],
    ['exported jobs', (url) => api['importJobs']?.(url)],
  ])('is hidden where it stands for %s by mistake', async (_place, call) => {
    for (const url of URLS.filter((text) => text.includes('//'))) expectHidden(await refusal(() => call(url)))
  })
})

describe('a password of its own', () => {
  it.each([
    [{ jobStores: { default: { type: 'sqlite', path: ':memory:', password: SECRET } } }],
    [{ jobStores: { default: { type: 'memory', dbPassword: SECRET } } }],
    [{ jobStores: { default: { type: 'nothing', connection: { password: SECRET } } } }],
    [{ jobStores: [{ password: SECRET, nested: { apiKey: SECRET } }] }],
    [{ secret: SECRET }],
    [{ apiKey: SECRET }],
    [{ credentials: { user: 'me', pass: SECRET } }],
    [{ auth: { user: 'me', token: SECRET } }],
  ])('is hidden in %j', async (options) => {
    expectHidden(await refusal(() => construct(options)))
    expectHidden(await refusal(() => configure?.(options)))
  })

  it('is hidden in a store that is an object of a class', async () => {
    class Client {
      readonly password = SECRET
      readonly url = new URL(`redis://me:${SECRET}@host`)
      addJob(): void {}
    }
    expectHidden(await refusal(() => construct({ jobStores: { default: new Client() } })))
    expectHidden(await refusal(() => construct({ jobStores: { default: new URL(`redis://me:${SECRET}@host`) } })))
    expectHidden(await refusal(() => construct(new URL(`redis://me:${SECRET}@host`))))
  })
})

describe('the text of a configuration', () => {
  const broken = `{ "jobStores": { "default": { "type": "redis", "password": "${SECRET}" "port": 1 } } }`

  it.each([
    ['with a fault before', `{ x "password": "${SECRET}" }`],
    ['with a fault behind', broken],
    ['that ends too early', `{ "password": "${SECRET}"`],
    ['that is only a text', `"redis://me:${SECRET}@host"`],
  ])('%s is not shown', async (_name, text) => {
    expectHidden(await refusal(() => configure?.(text)))
  })

  it('in a file is not shown', async () => {
    const path = join(tmpdir(), `cronwright-broken-${process.pid}.json`)
    writeFileSync(path, broken)
    const error = await refusal(() => configure?.(path))
    expectHidden(error)
    expect(error.message).toContain('must be valid JSON')
  })
})
