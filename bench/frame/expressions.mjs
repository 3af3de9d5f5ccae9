/** The cron expressions that are measured: plain crontab text that every library accepts. */

/** Thirteen shapes of everyday schedules. */
export const EXPRESSIONS = [
  '* * * * *',
  '*/5 * * * *',
  '7 * * * *',
  '*/15 9-17 * * 1-5',
  '30 2 * * *',
  '0 0 * * *',
  '0 9 * * 1-5',
  '23 0-20/2 * * *',
  '15 10 15 * *',
  '0 4 * * 0',
  '5 4 1,15 * *',
  '0 22 1 */3 *',
  '0 12 1 1 *',
]

const WEEKDAYS = ['1-5', '0,6', '2-4']

/**
 * Expressions that are all different, in four shapes.
 *
 * @param {number} count - up to 40,320
 */
export function distinctExpressions(count) {
  return Array.from({ length: count }, (_, index) => {
    const minute = index % 60
    const hour = Math.floor(index / 60) % 24
    const day = 1 + (Math.floor(index / 1_440) % 28)
    switch (index % 4) {
      case 0:
        return `${minute} ${hour} ${day} * *`
      case 1:
        return `${minute} ${hour} * ${1 + (day % 12)} ${WEEKDAYS[Math.floor((day - 1) / 12)]}`
      case 2:
        return `${minute % 30}-59/5 ${hour} ${day} * *`
      default:
        return `${minute % 30},${30 + (minute % 30)} ${hour} ${day}-31 * *`
    }
  })
}

/** Six fields, with seconds: every day at the second of this instant, in UTC. */
export function dailyAt(instant) {
  const at = new Date(instant)
  return `${at.getUTCSeconds()} ${at.getUTCMinutes()} ${at.getUTCHours()} * * *`
}
