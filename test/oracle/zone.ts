/**
 * What the wall clock of a zone shows, read from `Intl.DateTimeFormat` alone. Shares no code with `src`.
 *
 * An *instant* is epoch milliseconds. A *wall time* is a number too: the milliseconds that `Date.UTC` gives for the
 * year, month, day, hour, minute and second that the clock on the wall shows.
 */

export const SECOND = 1_000
export const MINUTE = 60_000
export const HOUR = 3_600_000
export const DAY = 86_400_000

/** The clock of a zone jumps at `at`: its offset from UTC was `before` and is `after` from this instant on. */
export interface Transition {
  readonly zone: string
  readonly at: number
  readonly before: number
  readonly after: number
}

const formats = new Map<string, Intl.DateTimeFormat>()
const SHOWN = /^(\d+)\/(\d+)\/(\d+), (\d+):(\d+):(\d+)$/

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      calendar: 'gregory',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    formats.set(zone, format)
  }
  return format
}

/** The wall time that a zone shows at an instant, to the second. */
export function wallAt(zone: string, instant: number): number {
  const shown = SHOWN.exec(formatOf(zone).format(instant))
  if (shown === null) throw new Error(`cannot read the wall clock of ${zone} at ${instant}`)
  const [, month, day, year, hour, minute, second] = shown.map(Number)
  return Date.UTC(year ?? 0, (month ?? 0) - 1, day, hour, minute, second)
}

/** Wall time minus instant. */
export function offsetAt(zone: string, instant: number): number {
  return wallAt(zone, instant) - Math.floor(instant / SECOND) * SECOND
}

/** The first whole second in (from, until] at which the zone has another offset than at `from`. */
export function firstChange(zone: string, from: number, until: number): number {
  const before = offsetAt(zone, from)
  let low = Math.floor(from / SECOND)
  let high = Math.ceil(until / SECOND)
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (offsetAt(zone, middle * SECOND) === before) low = middle
    else high = middle
  }
  return high * SECOND
}

/** All transitions of a zone in (from, until], found by looking at its clock once a day. */
export function transitionsOf(zone: string, from: number, until: number): Transition[] {
  const found: Transition[] = []
  let before = offsetAt(zone, from)
  for (let instant = from; instant < until; instant += DAY) {
    const after = offsetAt(zone, instant + DAY)
    if (after !== before) found.push({ zone, at: firstChange(zone, instant, instant + DAY), before, after })
    before = after
  }
  return found
}
