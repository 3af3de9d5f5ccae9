/** Section 1: how fast the next fire time is found. */

import { createHash } from 'node:crypto'
import { EXPRESSIONS } from '../frame/expressions.mjs'
import { rate, ratio } from '../frame/format.mjs'
import { atLeast } from '../frame/target.mjs'
import { loadLibrary, OURS, SLOW } from '../libraries/index.mjs'

export const title = 'Next fire time'

export { PACKAGES as packages } from '../libraries/index.mjs'

const ZONES = ['UTC', 'Europe/Athens', 'America/New_York']
const START = new Date('2026-01-01T00:00:00Z')
/** cron finds nothing later than eight years from now. */
const END_MS = Date.parse('2033-01-01T00:00:00Z')
const COMPARED = 40
const COMPARED_FROM = new Date('2026-03-01T00:00:00Z')
const MILLISECONDS_CALL = `${OURS} nextAt(ms)`
const NO_ZONE = 'no zone'

const WITH_ZONES = [OURS, 'croner', 'node-cron', 'cron-parser', 'cron', 'node-schedule']
/** Without a zone croner takes a shorter way; for the others with zones it makes no difference. */
const WITHOUT_ZONES = [OURS, 'cron-schedule', 'later', 'croner']

export const about =
  `\`next(Date)\` chained from 2026 to 2033 over ${EXPRESSIONS.length} everyday expressions, calls a second. ` +
  `\`same\` counts the expressions whose first ${COMPARED} fire times from March 2026 on equal Cronwright's in all zones ` +
  'measured. cron-schedule and later know no time zones; "no zone" means the zone of the process, which is UTC.'

export function tasks({ quick, full }) {
  const durationMs = quick ? 50 : 200
  const task = (subject, variant, more) => {
    const zone = variant === NO_ZONE ? undefined : variant
    const once = SLOW.includes(subject) && !full
    return { subject, variant, parameters: { library: subject, zone, durationMs, ...more }, once }
  }
  return [
    ...ZONES.map((zone) => task(MILLISECONDS_CALL, zone, { library: OURS, inMilliseconds: true })),
    ...WITH_ZONES.flatMap((name) => ZONES.map((zone) => task(name, zone))),
    ...WITHOUT_ZONES.map((name) => task(name, NO_ZONE)),
  ]
}

export async function measure({ library: name, zone, durationMs, inMilliseconds = false }) {
  const library = await loadLibrary(name)
  const compiled = EXPRESSIONS.map((expression) => library.compile(expression, zone))
  const pass = inMilliseconds ? passOverInstants(compiled) : passOverDates(library, compiled)
  const perPass = calibrate(pass)
  repeatFor(durationMs / 2, () => pass(perPass))
  const { count, elapsedMs } = repeatFor(durationMs, () => pass(perPass))
  return {
    callsPerSecond: (count * perPass * EXPRESSIONS.length * 1_000) / elapsedMs,
    fireTimes: compiled.map((trigger) => fingerprint(library, trigger)).join(' '),
  }
}

/** A function that asks each expression `calls` times, every call going on from the answer before. */
function passOverDates(library, compiled) {
  const cursors = compiled.map(() => START)
  return (calls) => {
    for (let index = 0; index < compiled.length; index += 1) {
      let at = cursors[index]
      for (let call = 0; call < calls; call += 1) {
        at = library.next(compiled[index], at)
        if (at.getTime() > END_MS) at = START
      }
      cursors[index] = at
    }
  }
}

function passOverInstants(compiled) {
  const start = START.getTime()
  const cursors = compiled.map(() => start)
  return (calls) => {
    for (let index = 0; index < compiled.length; index += 1) {
      let at = cursors[index]
      for (let call = 0; call < calls; call += 1) {
        at = compiled[index].nextAt(at)
        if (at > END_MS) at = start
      }
      cursors[index] = at
    }
  }
}

/** Calls for which a pass takes some milliseconds, so that reading the clock costs nothing beside it. */
function calibrate(pass) {
  for (let calls = 1; ; calls *= 2) {
    const { elapsedMs } = repeatFor(0, () => pass(calls))
    if (elapsedMs > 4 || calls >= 65_536) return calls
  }
}

function repeatFor(durationMs, action) {
  const startedAt = performance.now()
  for (let count = 1; ; count += 1) {
    action()
    const elapsedMs = performance.now() - startedAt
    if (elapsedMs >= durationMs) return { count, elapsedMs }
  }
}

function fingerprint(library, trigger) {
  const hash = createHash('sha1')
  let at = COMPARED_FROM
  for (let count = 0; count < COMPARED; count += 1) {
    at = library.next(trigger, at)
    if (at.getTime() > END_MS) break
    hash.update(`${at.getTime()} `)
  }
  return hash.digest('hex').slice(0, 8)
}

export function table(find, samples) {
  const subjects = [MILLISECONDS_CALL, ...new Set([...WITHOUT_ZONES, ...WITH_ZONES])]
  return {
    columns: ['calls a second', NO_ZONE, ...ZONES, 'ours / it, Athens', 'same'],
    rows: subjects.map((subject) => [
      subject,
      ...[NO_ZONE, ...ZONES].map((zone) => rate(find(subject, zone, 'callsPerSecond'))),
      subject.startsWith(OURS) ? '' : ratioInAthens(find, subject),
      subject.startsWith(OURS) ? '' : sameFireTimes(samples, subject),
    ]),
  }
}

function ratioInAthens(find, subject) {
  const zone = ZONES[1]
  return ratio(find(OURS, zone, 'callsPerSecond'), find(subject, zone, 'callsPerSecond'))
}

function sameFireTimes(samples, subject) {
  const fireTimes = (name, zone) =>
    samples.find((sample) => sample.subject === name && sample.variant === zone)?.values.fireTimes.split(' ')
  const pairs = [NO_ZONE, ...ZONES]
    .map((zone) => [fireTimes(OURS, zone), fireTimes(subject, zone)])
    .filter((pair) => !pair.includes(undefined))
  if (pairs.length === 0) return '-'
  const same = EXPRESSIONS.filter((_, index) => pairs.every(([ours, theirs]) => ours[index] === theirs[index]))
  return `${same.length} of ${EXPRESSIONS.length}`
}

export function targets(find) {
  return ZONES.flatMap((zone) => {
    const ours = find(OURS, zone, 'callsPerSecond')
    const croner = find('croner', zone, 'callsPerSecond')
    const multiple = ours === undefined || croner === undefined ? undefined : ours / croner
    return [
      atLeast(`next(Date) a second, ${zone}`, ours, 5_000_000, rate),
      atLeast(`next(Date) beside croner, ${zone}`, multiple, 300, (value) => ratio(value, 1)),
    ]
  })
}
