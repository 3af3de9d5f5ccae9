/** How long the event loop was blocked: a 1 ms timer that notes the longest time between two of its calls. */

/** @returns {() => number} stops the probe and gives the longest block in milliseconds */
export function watchEventLoop() {
  let longestMs = 0
  let calledAt = performance.now()
  const timer = setInterval(() => {
    const now = performance.now()
    longestMs = Math.max(longestMs, now - calledAt)
    calledAt = now
  }, 1)
  return () => {
    clearInterval(timer)
    return Math.max(longestMs, performance.now() - calledAt)
  }
}
