import { describe, expect, it } from 'vitest'
import { CronwrightError } from '../../../../src/errors.ts'
import { storeFrom } from '../../../../src/stores/factory.ts'
import { MongoJobStore } from '../../../../src/stores/mongodb/mongo-job-store.ts'
import { resolveMongoOptions } from '../../../../src/stores/mongodb/options.ts'

function refusal(options: unknown): CronwrightError {
  try {
    resolveMongoOptions(options)
  } catch (error) {
    if (error instanceof CronwrightError) return error
    throw error
  }
  throw new Error('it was taken')
}

describe('options of the MongoDB store', () => {
  it('a URL names hosts, a login, a database, and settings of the driver', () => {
    const url = 'mongodb://app:p%40ss@one:27017,two/jobs%2D1?replicaSet=rs0&tls=true'
    expect(resolveMongoOptions({ url })).toMatchObject({
      source: { url, settings: {} },
      database: 'jobs-1',
      collection: 'cronwright_records',
      timeoutMs: 5_000,
      notify: true,
      autoMigrate: true,
    })
  })

  it('a URL without a database has one of its own', () => {
    for (const url of ['mongodb://one', 'mongodb://one/', 'mongodb+srv://app:secret@cluster.example.org/?w=1']) {
      expect(resolveMongoOptions({ url }).database).toBe('cronwright')
    }
    expect(resolveMongoOptions({ url: 'mongodb://one/jobs', database: 'other' }).database).toBe('other')
  })

  it('settings of the driver are passed through', () => {
    const ca = 'certificate'
    const connection = { url: 'mongodb+srv://one/jobs', tls: true, ca }
    expect(resolveMongoOptions({ connection })).toMatchObject({
      source: { url: 'mongodb+srv://one/jobs', settings: { tls: true, ca } },
      database: 'jobs',
    })
  })

  it.each(['mongodb://one,two/jobs?collection=mine&timeout=2000&replicaSet=rs0', 'mongodb+srv://one/jobs'])(
    'a scheduler takes %s',
    (url) => {
      expect(storeFrom(url, 'jobStores.default')).toBeInstanceOf(MongoJobStore)
    },
  )

  it.each([
    [{}, 'options.url'],
    [{ url: 'http://localhost' }, 'options.url'],
    [{ url: 'mongodb://' }, 'options.url'],
    [{ url: 'mongodb://one/a/b' }, 'options.url'],
    [{ url: 'mongodb://one/%' }, 'options.url'],
    [{ url: 'mongodb://one', connection: {} }, 'options.connection'],
    [{ connection: {} }, 'options.connection.url'],
    [{ client: {} }, 'options.client'],
    [{ url: 'mongodb://one', database: 'a.b' }, 'options.database'],
    [{ url: 'mongodb://one', collection: 'system.jobs' }, 'options.collection'],
    [{ url: 'mongodb://one', collection: '$jobs' }, 'options.collection'],
    [{ url: 'mongodb://one', timeout: 1 }, 'options.timeout'],
    [{ url: 'mongodb://one', notify: 1 }, 'options.notify'],
    [{ url: 'mongodb://one', autoMigrate: 'yes' }, 'options.autoMigrate'],
    [{ url: 'mongodb://one', prefix: 'a' }, 'options.prefix'],
  ])('%j is refused, and the field is named', (options, field) => {
    expect(refusal(options).details['field']).toBe(field)
  })

  it('no error shows a URL', () => {
    for (const url of ['mongodb://app:s3cr3t@', 'mongodb://app:s3cr3t@one/%', 'mongodb://app:s3cr3t/x@one']) {
      const error = refusal({ url })
      expect(JSON.stringify([error.message, error.details])).not.toContain('s3cr3t')
    }
  })
})
