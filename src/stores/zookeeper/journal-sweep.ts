/** Removes segments of the journal that nobody writes or reads any more. */

import type { Paths } from './paths.ts'
import type { Server } from './server.ts'

/** How long a segment stays after its last entry. Who did not read for half as long reads everything again. */
export const KEPT_MS = 300_000
const REMOVED_AT_A_TIME = 500

/**
 * A segment is removed however its writer ended; one that is only quiet goes on in a new segment.
 *
 * @param now - by the server's clock, epoch ms
 * @param isInUse - whether this process writes a segment
 * @returns the names of those that stay
 */
export async function sweepJournal(
  server: Server,
  paths: Paths,
  now: number,
  isInUse: (name: string) => boolean,
): Promise<ReadonlySet<string>> {
  const names = new Set(await server.children(paths.journal))
  for (const name of names) {
    if (isInUse(name)) continue
    const path = `${paths.journal}/${name}`
    const entries = [...((await server.children(path)) ?? [])].sort()
    const latest = entries.length === 0 ? path : `${path}/${entries.at(-1)}`
    const age = await server.read(latest, (znode) => (znode === undefined ? 0 : now - znode.createdAt))
    if (age < KEPT_MS) continue
    for (let start = 0; start < entries.length; start += REMOVED_AT_A_TIME) {
      const some = entries.slice(start, start + REMOVED_AT_A_TIME)
      await server.remove(some.map((entry) => `${path}/${entry}`))
    }
    await server.remove([path])
    names.delete(name)
  }
  return names
}
