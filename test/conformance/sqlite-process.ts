/** A process of its own with an SQLite store: does what it is told by messages, one after the other. */

import { SqliteJobStore } from '../../src/sqlite.ts'
import { claimAll } from '../../src/testing/conformance/claim-all.ts'

/** Open the store on a file, or claim all its runs and close it. */
export type Order = { readonly open: string } | { readonly claim: true }

/** `won` is empty after opening. */
export type Reply = { readonly won: readonly string[] } | { readonly error: string }

const host = { workerId: String(process.pid), now: Date.now, wakeup: () => undefined, reportError: () => undefined }
let store: SqliteJobStore | undefined

async function obey(order: Order): Promise<readonly string[]> {
  if ('open' in order) {
    store = new SqliteJobStore({ path: order.open })
    await store.start(host, 'shared')
    return []
  }
  const won = store === undefined ? [] : await claimAll(store, Date.now())
  await store?.shutdown()
  return won
}

process.on('message', (order: Order) => {
  obey(order).then(
    (won) => process.send?.({ won } satisfies Reply),
    (error: unknown) => process.send?.({ error: String(error) } satisfies Reply),
  )
})
process.send?.({ won: [] } satisfies Reply)
