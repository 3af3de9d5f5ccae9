/** Requests as users would send them: ten a second, of different weight, every eighth of them wrong. */

import { setTimeout as sleep } from 'node:timers/promises'

/** Sends requests until the function that it gives is called; that resolves when the last one is answered. */
export function sendTraffic(url: string): () => Promise<void> {
  const stopping = new AbortController()
  const sending = send(url, stopping.signal)
  return async () => {
    stopping.abort()
    await sending
  }
}

async function send(url: string, signal: AbortSignal): Promise<void> {
  for (let count = 1; !signal.aborted; count += 1) {
    const rounds = count % 8 === 0 ? 'many' : String(200 * (1 + (count % 5)))
    try {
      const response = await fetch(`${url}/?rounds=${rounds}`)
      await response.arrayBuffer()
    } catch {
      // The service was ended while it was asked, as by Ctrl-C: nobody is there to be sent requests.
      return
    }
    await sleep(100, undefined, { signal }).catch(() => undefined)
  }
}
