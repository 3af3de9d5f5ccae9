/** Counts what is over, and tells when everything is. */

/** @returns {{ one: () => void, all: Promise<number> }} `all` gives performance.now() at the last of `count` calls of `one` */
export function countdown(count) {
  let left = count
  let finish
  const all = new Promise((resolve) => {
    finish = resolve
  })
  const one = () => {
    left -= 1
    if (left === 0) finish(performance.now())
  }
  return { one, all }
}
