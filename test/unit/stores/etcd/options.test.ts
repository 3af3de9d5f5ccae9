import { describe, expect, it } from 'vitest'
import { CronwrightError } from '../../../../src/errors.ts'
import { resolveEtcdOptions } from '../../../../src/stores/etcd/options.ts'

const configOf = (url: string): Readonly<Record<string, unknown>> => {
  const { source } = resolveEtcdOptions({ url })
  return 'config' in source ? source.config : {}
}

function refusal(options: unknown): CronwrightError {
  try {
    resolveEtcdOptions(options)
  } catch (error) {
    if (error instanceof CronwrightError) return error
    throw error
  }
  throw new Error('it was taken')
}

describe('options of the etcd store', () => {
  it('a URL names endpoints, a login, and a prefix', () => {
    const url = 'etcd://app:p%40ss%2Fword@one:2379,two:22379/team/scheduler'
    expect(configOf(url)).toMatchObject({
      hosts: ['http://one:2379', 'http://two:22379'],
      auth: { username: 'app', password: 'p@ss/word' },
    })
    expect(resolveEtcdOptions({ url }).prefix).toBe('team/scheduler/')
  })

  it('a URL without port, path and login has the usual ones', () => {
    expect(configOf('etcd://localhost')).toMatchObject({ hosts: ['http://localhost:2379'] })
    expect(configOf('etcd://localhost')).not.toHaveProperty('auth')
    expect(resolveEtcdOptions({ url: 'etcd://localhost/' })).toMatchObject({ prefix: 'cronwright/', timeoutMs: 5_000 })
  })

  it('compaction is done each minute, or never', () => {
    expect(resolveEtcdOptions({ url: 'etcd://one' }).compactionMs).toBe(60_000)
    expect(resolveEtcdOptions({ url: 'etcd://one', compaction: false }).compactionMs).toBeNull()
  })

  it('etcds speaks TLS', () => {
    expect(configOf('etcds://one,two:1')).toMatchObject({ hosts: ['https://one:2379', 'https://two:1'] })
  })

  it('settings of the driver are passed through, and win', () => {
    const credentials = { rootCertificate: Buffer.from('ca') }
    const connection = { hosts: 'https://one:2379', credentials, grpcOptions: { 'grpc.keepalive_time_ms': 1 } }
    const { source } = resolveEtcdOptions({ connection })
    expect(source).toMatchObject({
      config: { hosts: 'https://one:2379', credentials, grpcOptions: { 'grpc.keepalive_time_ms': 1 } },
    })
  })

  it.each([
    [{}, 'options.url'],
    [{ url: 'http://localhost:2379' }, 'options.url'],
    [{ url: 'etcd://' }, 'options.url'],
    [{ url: 'etcd://one', connection: {} }, 'options.connection'],
    [{ client: {} }, 'options.client'],
    [{ url: 'etcd://one/a', prefix: 'b' }, 'options.prefix'],
    [{ url: 'etcd://one', prefix: '' }, 'options.prefix'],
    [{ url: 'etcd://one', timeout: 1 }, 'options.timeout'],
    [{ url: 'etcd://one', compaction: '1s' }, 'options.compaction'],
    [{ url: 'etcd://one', compaction: null }, 'options.compaction'],
    [{ url: 'etcd://one', tls: true }, 'options.tls'],
  ])('%j is refused, and the field is named', (options, field) => {
    expect(refusal(options).details['field']).toBe(field)
  })

  it('no error shows a URL', () => {
    for (const url of ['etcd://app:s3cr3t@', 'etcd://app:s3cr3t%@one']) {
      const error = refusal({ url })
      expect(JSON.stringify([error.message, error.details])).not.toContain('s3cr3t')
    }
  })
})
