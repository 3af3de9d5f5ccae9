/**
 * The edge to the driver `etcd3`: what the store uses of a client, and how its own client is made. Nothing of what the
 * driver gives is believed unchecked.
 *
 * Transactions and compaction are all that is used, beside one watch: the driver's leases, locks and elections promise
 * more than they keep.
 */

import { CronwrightError } from '../../errors.ts'
import { hasMethods, property } from '../driver-edge.ts'
import { importPeer } from '../import-peer.ts'

/** What a store needs of a client: an `Etcd3` of the package etcd3 fits. */
export interface EtcdClient {
  readonly kv: {
    txn(request: object, options?: object): Promise<unknown>
    compact(request: object, options?: object): Promise<unknown>
  }
  watch(): object
  close(): void
}

/** A watch on one key. */
export interface EtcdWatcher {
  on(event: string, listener: (argument: unknown) => void): unknown
  cancel(): Promise<unknown>
}

export function isEtcdClient(value: unknown): value is EtcdClient {
  return hasMethods(property(value, 'kv'), ['txn', 'compact']) && hasMethods(value, ['watch', 'close'])
}

/** @throws MissingDependencyError where `etcd3` is not installed */
export async function newClient(config: object): Promise<EtcdClient> {
  const module = await importPeer('etcd3', 'EtcdJobStore')
  const Etcd3 = property(module, 'Etcd3') ?? property(property(module, 'default'), 'Etcd3')
  const client: unknown = typeof Etcd3 === 'function' ? Reflect.construct(Etcd3, [config]) : undefined
  if (isEtcdClient(client)) return client
  throw new CronwrightError('STORE_ERROR', 'the driver etcd3 has no class Etcd3 that works')
}

/** Watches one key from now on. It connects, and connects again, by itself: the driver's promise of that is not needed. */
export function watchKey(client: EtcdClient, key: Buffer): EtcdWatcher {
  const builder: unknown = client.watch()
  if (hasMethods<{ key(key: Buffer): unknown }>(builder, ['key'])) {
    const onKey = builder.key(key)
    const watcher = hasMethods<{ watcher(): unknown }>(onKey, ['watcher']) ? onKey.watcher() : undefined
    if (hasMethods<EtcdWatcher>(watcher, ['on', 'cancel'])) return watcher
  }
  throw new CronwrightError('STORE_ERROR', 'the driver etcd3 has no watch on a key that works')
}

/** Name of the class of an error of the driver: the only thing that tells one from another. */
export function errorName(error: unknown): string | undefined {
  return error instanceof Error ? error.constructor.name : undefined
}
