/**
 * The edge to the driver `ioredis`: what the store uses of a client, and how its own is made. Nothing of what the driver
 * gives is believed unchecked.
 */

import { CronwrightError } from '../../errors.ts'
import { property } from '../driver-edge.ts'
import { importPeer } from '../import-peer.ts'

/** What a store needs of a client: a `Redis` or a `Cluster` of `ioredis` fits. */
export interface RedisClient {
  readonly status: string
  call(command: string, values: (string | number)[]): Promise<unknown>
  connect(): Promise<unknown>
  disconnect(reconnect?: boolean): unknown
  duplicate(...overrides: never[]): unknown
  on(event: string, listener: (...values: unknown[]) => void): unknown
  off(event: string, listener: (...values: unknown[]) => void): unknown
}

const RECONNECT_MS = 50
const RECONNECT_AT_MOST_MS = 1_000

/** How the store's own connections behave where the user does not say otherwise. */
function defaultSettings(timeoutMs: number): object {
  return {
    connectionName: 'cronwright',
    connectTimeout: timeoutMs,
    // A timer of the driver that would keep a process from ending.
    disconnectTimeout: 200,
    retryStrategy: (times: number) => Math.min(times * RECONNECT_MS, RECONNECT_AT_MOST_MS),
    // After a fail-over the old primary is a replica: another connection finds the new one.
    reconnectOnError: (error: unknown) => error instanceof Error && error.message.includes('READONLY'),
  }
}

/**
 * What the store's own connections are set to, whatever else they are set to. The driver would keep commands during an
 * outage and send them again after it; to a guarded change that was applied already, the answer would be a refusal.
 */
function ownSettings(timeoutMs: number): object {
  return {
    lazyConnect: true,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    // Without it, the driver leaves commands whose reply was lost without an answer.
    maxRetriesPerRequest: 0,
    // It would subscribe by itself, and nobody could hear that it failed: that ends a process. The store does it.
    autoResubscribe: false,
    // For the commands with which the driver begins a connection; the others have the deadline of the store.
    commandTimeout: timeoutMs * 2,
  }
}

/** Where the store connects to with a client of its own. */
export interface ConnectionSettings {
  readonly url: string | undefined
  readonly settings: Readonly<Record<string, unknown>>
}

export function isRedisClient(value: unknown): value is RedisClient {
  const methods = ['call', 'connect', 'disconnect', 'duplicate', 'on', 'off']
  return (
    methods.every((name) => typeof property(value, name) === 'function') &&
    typeof property(value, 'status') === 'string'
  )
}

/** A client that does not connect yet. @throws MissingDependencyError where `ioredis` is not installed */
export async function newClient({ url, settings }: ConnectionSettings, timeoutMs: number): Promise<RedisClient> {
  const module = await importPeer('ioredis', 'RedisJobStore')
  const Redis = property(module, 'Redis') ?? property(property(module, 'default'), 'Redis')
  const values = [{ ...defaultSettings(timeoutMs), ...settings, ...ownSettings(timeoutMs) }]
  const client: unknown =
    typeof Redis === 'function' ? Reflect.construct(Redis, url === undefined ? values : [url, ...values]) : undefined
  if (isRedisClient(client)) return client
  throw new CronwrightError('STORE_ERROR', 'the driver ioredis has no class Redis that works')
}

/** A client of the store's own to the same server, that does not connect yet. */
export function duplicateOf(client: RedisClient, timeoutMs: number): RedisClient {
  // A Cluster takes its nodes first, and keeps its own way of reconnecting.
  const isCluster = typeof property(client, 'nodes') === 'function'
  const own = { ...defaultSettings(timeoutMs), ...ownSettings(timeoutMs) }
  const overrides = isCluster ? [[], { lazyConnect: true }] : [own]
  const duplicate: unknown = Reflect.apply(client.duplicate, client, overrides)
  if (isRedisClient(duplicate)) return duplicate
  throw new CronwrightError('STORE_ERROR', 'the client gave a duplicate that is no client')
}
