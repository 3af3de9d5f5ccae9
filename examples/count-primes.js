/** The handler of `worker-threads.ts`: it keeps a processor busy, so it is a module that a thread can load. */

/**
 * Counts the primes below a limit.
 *
 * @param {{ below: number }} input
 * @param {import('cronwright').RunContext} run
 * @returns {number}
 */
export default function countPrimes({ below }, run) {
  const isComposite = new Uint8Array(below)
  let count = 0
  for (let number = 2; number < below; number += 1) {
    if (isComposite[number] === 1) continue
    count += 1
    for (let multiple = number * number; multiple < below; multiple += number) isComposite[multiple] = 1
    if (count % 100_000 === 0) run.progress(number, below)
  }
  return count
}
