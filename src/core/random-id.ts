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
