/**
 * A change stream: tells this process that there is something to do before it would ask. A hint and no more: what is missed
 * is found by asking. Only replica sets (and sharded clusters) have them; the driver goes on by itself after a fail-over.
 */

import { systemClock, type TimerHandle } from '../../core/clock.ts'
import { property } from '../driver-edge.ts'
import type { StoreHost } from '../job-store.ts'
import type { Connection } from './connection.ts'
import type { ChangeStream } from './driver.ts'
import type { Tokens } from './tokens.ts'

const AGAIN_MS = 2_000

/** What others may have to look at: what `isNews` says, as the server sees it. */
const NEWS = [
  {
    $match: {
      $or: [
        { operationType: 'insert', 'fullDocument.kind': 'job' },
        { operationType: 'insert', 'fullDocument.kind': 'run', 'fullDocument.state': 'pending' },
        { operationType: 'update', 'updateDescription.updatedFields.state': 'pending' },
      ],
    },
  },
  { $project: { 'fullDocument.commit': 1, 'updateDescription.updatedFields.commit': 1 } },
]

export class Notifications {
  readonly #connection: Connection
  readonly #tokens: Tokens
  readonly #host: StoreHost
  #stream: ChangeStream | undefined
  #timer: TimerHandle | undefined
  #isStopped = false

  constructor(connection: Connection, tokens: Tokens, host: StoreHost) {
    this.#connection = connection
    this.#tokens = tokens
    this.#host = host
  }

  start(): void {
    const stream = this.#connection.watch(NEWS)
    this.#stream = stream
    stream.on('change', (change) => {
      if (!this.#tokens.isMine(commitIn(change))) this.#host.wakeup()
    })
    stream.on('error', () => {
      this.#drop()
      if (!this.#isStopped) this.#timer = systemClock.setTimer(() => this.start(), AGAIN_MS)
    })
  }

  stop(): void {
    this.#isStopped = true
    this.#timer?.cancel()
    this.#drop()
  }

  #drop(): void {
    const stream = this.#stream
    this.#stream = undefined
    // Its server may be gone.
    void stream?.close().catch(() => undefined)
  }
}

/** The commit that a change is from. */
function commitIn(change: unknown): unknown {
  const added = property(property(change, 'fullDocument'), 'commit')
  return added ?? property(property(property(change, 'updateDescription'), 'updatedFields'), 'commit')
}
