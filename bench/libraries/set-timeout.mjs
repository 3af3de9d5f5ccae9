/** The floor: one plain `setTimeout` a job, without recurrence. Reads only `second minute hour * * *` text, in UTC. */

const DAY = 86_400_000

export const add = (expression, handler) => {
  const [second, minute, hour] = expression.split(' ', 3).map(Number)
  const now = Date.now()
  const due = new Date(now).setUTCHours(hour, minute, second, 0)
  return setTimeout(handler, (due > now ? due : due + DAY) - now)
}
