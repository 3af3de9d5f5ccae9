/**
 * Jitter that depends on nothing but the fire time and a seed: the same delay in every process and after every
 * restart, so it never adds up. The hash is the 32-bit finaliser of MurmurHash3, over an FNV-1a hash of the seed.
 */

/** A 32-bit hash of a seed. */
export function hashSeed(seed: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < seed.length; i += 1) hash = Math.imul(hash ^ seed.charCodeAt(i), 0x01000193)
  return hash
}

/** A whole number of ms in `[0, span)` for the fire time `ms`. */
export function jitterDelay(seedHash: number, ms: number, span: number): number {
  const high = Math.floor(ms / 0x1_0000_0000)
  const low = mix(mix(seedHash ^ high) ^ (ms | 0))
  // 53 bits, because a span may be longer than the 49 days that 32 bits hold
  return ((low >>> 0) + (mix(low ^ 0x9e3779b9) & 0x1f_ffff) * 0x1_0000_0000) % span
}

function mix(value: number): number {
  let hash = value
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
