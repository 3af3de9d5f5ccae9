/**
 * The edge to the driver `node-zookeeper-client`: what the store uses of a client, how its own is made, and what its
 * replies mean. Nothing of what the driver gives is believed unchecked.
 *
 * The driver is old and stays as it is, so its traps are dealt with here: it takes the version 0 for "any version", it
 * throws where nobody can catch (in the handler of its socket) when a server sends a code that it does not know, and it
 * leaves sockets open.
 */

import { CronwrightError } from '../../errors.ts'
import { property } from '../driver-edge.ts'
import { importPeer } from '../import-peer.ts'

type Callback = (error: unknown, reply?: unknown, stat?: unknown) => void

/** What a store needs of a client: a `Client` of `node-zookeeper-client` fits. */
export interface ZooKeeperClient {
  connect(): void
  close(): void
  getState(): unknown
  on(event: string, listener: (argument: unknown) => void): unknown
  removeListener(event: string, listener: (argument: unknown) => void): unknown
  addAuthInfo(scheme: string, auth: Buffer): void
  exists(path: string, watcher: () => void, callback: Callback): void
  getData(path: string, callback: Callback): void
  getChildren(path: string, watcher: () => void, callback: Callback): void
  transaction(): unknown
}

/** One step of a multi: they all happen, in this order, or none does. */
export type Operation =
  | { readonly type: 'create'; readonly path: string; readonly data: Buffer; readonly isSequential?: boolean }
  | { readonly type: 'set'; readonly path: string; readonly data: Buffer; readonly version: number }
  | { readonly type: 'remove' | 'check'; readonly path: string; readonly version: number }

/** Codes of the server, and those that the driver makes up. */
export const CODE = {
  marshalling: -5,
  connectionLoss: -4,
  noNode: -101,
  noAuth: -102,
  badVersion: -103,
  nodeExists: -110,
  notEmpty: -111,
  sessionExpired: -112,
  authFailed: -115,
} as const

/** Any version, to the server. */
export const ANY_VERSION = -1

/** Who may do what: everybody everything, or only who made a znode. */
export type Access = 'open' | 'creator'

const ALL_PERMISSIONS = 31
const PERSISTENT = 0
const PERSISTENT_SEQUENTIAL = 2

const CLIENT_METHODS = ['connect', 'close', 'getState', 'on', 'removeListener', 'addAuthInfo', 'transaction'] as const
const CLIENT_CALLS = ['exists', 'getData', 'getChildren'] as const

export function isZooKeeperClient(value: unknown): value is ZooKeeperClient {
  return [...CLIENT_METHODS, ...CLIENT_CALLS].every((name) => typeof property(value, name) === 'function')
}

/** The driver, loaded: makes clients and the lists of who may do what. */
export class Driver {
  readonly #module: unknown

  private constructor(module: unknown) {
    this.#module = module
  }

  /** @throws MissingDependencyError where the driver is not installed */
  static async load(): Promise<Driver> {
    const module = await importPeer('node-zookeeper-client', 'ZooKeeperJobStore')
    return new Driver(property(module, 'default') ?? module)
  }

  newClient(hosts: string, settings: object): ZooKeeperClient {
    const createClient = property(this.#module, 'createClient')
    const client: unknown = typeof createClient === 'function' ? createClient(hosts, settings) : undefined
    if (!isZooKeeperClient(client)) {
      throw new CronwrightError('STORE_ERROR', 'the driver node-zookeeper-client makes no client that works')
    }
    contain(client)
    return client
  }

  /** The driver's list of permissions for new znodes. */
  permissions(access: Access): readonly unknown[] {
    const [Acl, Id] = [property(this.#module, 'ACL'), property(this.#module, 'Id')]
    const id = property(Id, access === 'open' ? 'ANYONE_ID_UNSAFE' : 'AUTH_IDS')
    if (typeof Acl !== 'function' || id === undefined) {
      throw new CronwrightError('STORE_ERROR', 'the driver node-zookeeper-client has no class ACL that works')
    }
    return [Reflect.construct(Acl, [ALL_PERMISSIONS, id])]
  }
}

/** Sends operations as one multi. */
export function sendMulti(
  client: ZooKeeperClient,
  operations: readonly Operation[],
  permissions: readonly unknown[],
  callback: Callback,
): void {
  const transaction = client.transaction()
  for (const operation of operations) add(transaction, operation, permissions)
  call(transaction, 'commit', [callback])
}

function add(transaction: unknown, operation: Operation, permissions: readonly unknown[]): void {
  const { type, path } = operation
  if (type === 'create') {
    const mode = operation.isSequential === true ? PERSISTENT_SEQUENTIAL : PERSISTENT
    call(transaction, 'create', [path, operation.data, permissions, mode])
    return
  }
  if (type === 'set') call(transaction, 'setData', [path, operation.data, operation.version])
  else call(transaction, type, [path, operation.version])
  // The driver takes 0 for "no version given", and a guard on a new znode would be none.
  const written = lastOf(property(transaction, 'ops'))
  if (typeof written === 'object' && written !== null) Reflect.set(written, 'version', operation.version)
  if (property(written, 'path') !== path || property(written, 'version') !== operation.version) {
    throw new CronwrightError('STORE_ERROR', 'this release of node-zookeeper-client cannot guard changes by version')
  }
}

/** Ends a client that is given up, whatever state it is in: what it left open is closed. */
export function destroy(client: ZooKeeperClient): void {
  client.close()
  const manager = property(client, 'connectionManager')
  const [socket, timer] = [property(manager, 'socket'), property(manager, 'connectTimeoutHandler')]
  if (typeof property(socket, 'destroy') === 'function') call(socket, 'destroy', [])
  // It would keep the process for as long as a session.
  if (typeof property(timer, 'unref') === 'function') call(timer, 'unref', [])
}

/** A reply that the driver cannot read costs the connection, which comes back, and not the process. */
function contain(client: ZooKeeperClient): void {
  const manager = property(client, 'connectionManager')
  const handle = property(manager, 'onSocketData')
  if (typeof manager !== 'object' || manager === null || typeof handle !== 'function') return
  Reflect.set(manager, 'onSocketData', (chunk: unknown) => {
    try {
      Reflect.apply(handle, manager, [chunk])
    } catch {
      Reflect.set(manager, 'pendingBuffer', null)
      call(property(manager, 'socket'), 'destroy', [])
    }
  })
}

/** Code of an error, of the server or of the driver. */
export function codeOf(error: unknown): number | undefined {
  const code = property(error, 'code')
  return typeof code === 'number' ? code : undefined
}

function call(target: unknown, name: string, parameters: readonly unknown[]): void {
  const method = property(target, name)
  if (typeof method !== 'function') {
    throw new CronwrightError('STORE_ERROR', `this release of node-zookeeper-client has no method ${name} that works`)
  }
  Reflect.apply(method, target, parameters)
}

function lastOf(list: unknown): unknown {
  return Array.isArray(list) ? list.at(-1) : undefined
}
