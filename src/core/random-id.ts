/** Ids for jobs, runs and schedulers that were given none. */

const BYTES = 16
const POOL = 256

const pool = Buffer.alloc(BYTES * POOL)
let used = POOL

/**
 * 32 hexadecimal digits, 128 random bits. Made in one piece from a pool: the parts of which `crypto.randomUUID` puts
 * its text together stay in memory with it, 450 bytes for each id.
 */
export function randomId(): string {
  if (used === POOL) {
    crypto.getRandomValues(pool)
    used = 0
  }
  const start = used * BYTES
  used += 1
  return pool.toString('hex', start, start + BYTES)
}

/**
 * Ids that sort in the order in which they are given: 96 random bits that they share, and their place. Records due at the
 * same instant keep their order by them when a store is copied, where nothing else tells which came first.
 */
export function ascendingIds(count: number): string[] {
  if (count === 1) return [randomId()]
  const bytes = Buffer.alloc(BYTES)
  crypto.getRandomValues(bytes.subarray(0, BYTES - 4))
  return Array.from({ length: count }, (_, place) => {
    bytes.writeUInt32BE(place, BYTES - 4)
    return bytes.toString('hex')
  })
}

/**
 * Version of a new job. Not 1: a job that is removed and added again under its id must not have a version that a process
 * which was stopped meanwhile still holds, or what it writes late would be accepted. A number that fits into 32 bits with
 * a thousand million changes to come.
 */
export function firstVersion(): number {
  return 1 + Math.floor(Math.random() * 2 ** 30)
}
