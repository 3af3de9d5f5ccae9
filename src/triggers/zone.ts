/**
 * Time zones as tables of offset changes, found through `Intl` and kept. A year of a zone is looked up once, by
 * sampling its offset and bisecting where it changes; after that a look-up is a compare. Times are epoch seconds.
 */

import { firstDayOfYear, SECONDS_PER_DAY, weekdayOf, yearOfDay } from './civil.ts'

/** A stretch of time with one offset. It may also end at a new year, where nothing changes. */
export interface Segment {
  /** First second. */
  readonly start: number
  /** First second after it. */
  readonly end: number
  /** Seconds to add to epoch time to get wall time. */
  readonly offset: number
  /** The offset just before `start`, and from `end` on. */
  readonly before: number
  readonly after: number
  /** From here on no wall time belongs to the change at `start`. */
  readonly settled: number
  /** From here on wall times may come again after the change at `end`. */
  readonly unsettled: number
}

/** Two changes of a zone lie at least 7 days apart since 1970 (Recife 2000, Gaza 2040), so none hides between samples. */
const SAMPLE_SECONDS = 6 * SECONDS_PER_DAY

/**
 * From here on every zone keeps to yearly rules, such as the last Sunday of March, so that a year is like any other
 * that begins on the same weekday and is leap or not as well. (Gaza and Casablanca are listed up to 2086 and 2087.)
 */
const FIRST_YEAR_BY_RULE = 2_100

const OFFSET = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/

/** The offsets of one time zone. */
export class Zone {
  readonly name: string
  readonly #format: Intl.DateTimeFormat
  readonly #years = new Map<number, readonly Segment[]>()
  #latest: Segment

  constructor(name: string) {
    this.name = name
    this.#format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset', second: 'numeric' })
    this.#latest = name === 'UTC' ? segment(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 0, 0, 0) : NOWHERE
  }

  /** The segment that holds an epoch second. */
  segmentAt(second: number): Segment {
    const latest = this.#latest
    if (second >= latest.start && second < latest.end) return latest
    this.#latest = this.#find(second)
    return this.#latest
  }

  #find(second: number): Segment {
    const year = yearOfDay(Math.floor(second / SECONDS_PER_DAY))
    const segments = this.#years.get(year) ?? this.#load(year)
    for (const candidate of segments) if (second < candidate.end) return candidate
    return NOWHERE
  }

  #load(year: number): readonly Segment[] {
    const model = modelOf(year)
    // Copies are cheap to make again, and a search up to the year 9999 would leave thousands of them
    if (model !== year) return this.#copy(model, year)
    const segments = this.#survey(year)
    this.#years.set(year, segments)
    return segments
  }

  #copy(model: number, year: number): readonly Segment[] {
    const shift = startOf(year) - startOf(model)
    return (this.#years.get(model) ?? this.#load(model)).map(({ start, end, offset, before, after }) =>
      segment(start + shift, end + shift, offset, before, after),
    )
  }

  #survey(year: number): readonly Segment[] {
    const start = startOf(year)
    const end = startOf(year + 1)
    const segments: Segment[] = []
    let from = start
    let before = this.#offsetAt(start - 1)
    let offset = this.#offsetAt(start)
    for (let sample = start; sample < end; sample += SAMPLE_SECONDS) {
      const until = Math.min(sample + SAMPLE_SECONDS, end)
      const after = this.#offsetAt(until)
      if (after === offset) continue
      const change = this.#changeBetween(sample, until, offset)
      segments.push(segment(from, change, offset, before, after))
      from = change
      before = offset
      offset = after
    }
    if (from < end) segments.push(segment(from, end, offset, before, offset))
    return segments
  }

  /** The first second after `same`, up to `different`, at which the offset is no longer `offset`. */
  #changeBetween(same: number, different: number, offset: number): number {
    let low = same
    let high = different
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      if (this.#offsetAt(middle) === offset) low = middle
      else high = middle
    }
    return high
  }

  #offsetAt(second: number): number {
    const match = OFFSET.exec(this.#format.format(second * 1000))
    if (match === null) return 0
    const seconds = Number(match[2] ?? 0) * 3600 + Number(match[3] ?? 0) * 60 + Number(match[4] ?? 0)
    return match[1] === '-' ? -seconds : seconds
  }
}

function startOf(year: number): number {
  return firstDayOfYear(year) * SECONDS_PER_DAY
}

/** The year whose offset changes a year has: itself, or the first by rule that is alike. */
function modelOf(year: number): number {
  let model = Math.min(year, FIRST_YEAR_BY_RULE)
  while (model < year && !alike(model, year)) model += 1
  return model
}

function alike(a: number, b: number): boolean {
  const [startA, startB] = [firstDayOfYear(a), firstDayOfYear(b)]
  const [lengthA, lengthB] = [firstDayOfYear(a + 1) - startA, firstDayOfYear(b + 1) - startB]
  return lengthA === lengthB && weekdayOf(startA) === weekdayOf(startB)
}

function segment(start: number, end: number, offset: number, before: number, after: number): Segment {
  const settled = start + Math.abs(offset - before)
  const unsettled = after < offset ? end - (offset - after) : end
  return { start, end, offset, before, after, settled, unsettled }
}

/** A segment that holds no instant: what a zone remembers before its first look-up. */
const NOWHERE = segment(0, 0, 0, 0, 0)

const zones = new Map<string, Zone>()

/** IANA names begin with a letter; offsets such as `+02:00`, which only newer runtimes know, are no zones here. */
const NAME = /^[A-Za-z][A-Za-z0-9_+/-]*$/
const UTC_NAMES: readonly string[] = ['utc', 'etc/utc', 'gmt', 'etc/gmt']

/** The zone of an IANA name, or undefined when there is none. Zones are shared, whatever the case of the name. */
export function findZone(name: string): Zone | undefined {
  const key = name.toLowerCase()
  const known = zones.get(key)
  if (known !== undefined) return known
  if (!NAME.test(name)) return undefined
  try {
    const zone = new Zone(UTC_NAMES.includes(key) ? 'UTC' : name)
    zones.set(key, zone)
    return zone
  } catch {
    return undefined
  }
}

/** The zone of the system, UTC when it has none that is known. */
export function systemZone(): Zone {
  return findZone(new Intl.DateTimeFormat().resolvedOptions().timeZone) ?? UTC
}

const UTC = new Zone('UTC')
