/** Section 2: what it costs to read an expression and to keep it. */

import { distinctExpressions, EXPRESSIONS } from '../frame/expressions.mjs'
import { kilobytes, rate } from '../frame/format.mjs'
import { heapInUse } from '../frame/memory.mjs'
import { atLeast, atMost } from '../frame/target.mjs'
import { LIBRARIES, loadLibrary, OURS, SLOW } from '../libraries/index.mjs'

export const title = 'Parsing'

export { PACKAGES as packages } from '../libraries/index.mjs'

export const about =
  'Expressions parsed a second: all different, and the same thirteen over and over. Heap: what one parsed expression ' +
  'keeps once it has answered `next()`, 2,000 different ones, after a collection.'

const WITHOUT_PARSER = ['toad-scheduler', 'setTimeout']
const SUBJECTS = Object.keys(LIBRARIES).filter((name) => !WITHOUT_PARSER.includes(name))
const ZONE = 'Europe/Athens'

export function tasks({ quick, full }) {
  const sizes = quick ? { durationMs: 50, kept: 200 } : { durationMs: 400, kept: 2_000 }
  return SUBJECTS.map((library) => ({
    subject: library,
    variant: '',
    parameters: { library, ...sizes },
    once: SLOW.includes(library) && !full,
  }))
}

export async function measure({ library: name, durationMs, kept }) {
  const library = await loadLibrary(name)
  const texts = distinctExpressions(40_320)
  const keptTexts = texts.splice(0, kept + 1)
  return {
    bytesPerExpression: await heapOfEach(library, keptTexts),
    differentPerSecond: parseFor(library, texts, durationMs),
    seenPerSecond: parseFor(library, EXPRESSIONS, durationMs, true),
  }
}

/** Texts parsed a second: each once, or again and again, until the time is over. */
function parseFor(library, texts, durationMs, repeat = false) {
  const chunk = 20
  const startedAt = performance.now()
  for (let count = 0; ; ) {
    for (let index = 0; index < chunk; index += 1) library.compile(texts[(count + index) % texts.length], ZONE)
    count += chunk
    const elapsedMs = performance.now() - startedAt
    const isUsedUp = !repeat && count + chunk > texts.length
    if (elapsedMs >= durationMs || isUsedUp) return (count * 1_000) / elapsedMs
  }
}

async function heapOfEach(library, texts) {
  const after = new Date()
  const parsed = new Array(texts.length)
  const keep = (index) => {
    parsed[index] = library.compile(texts[index], ZONE)
    library.next(parsed[index], after)
  }
  // The first one pays for what is shared by all, such as the table of the zone.
  keep(0)
  const before = await heapInUse()
  for (let index = 1; index < texts.length; index += 1) keep(index)
  return ((await heapInUse()) - before) / (parsed.length - 1)
}

export function table(find) {
  return {
    columns: ['', 'different / s', 'seen before / s', 'heap each'],
    rows: SUBJECTS.map((subject) => [
      subject,
      rate(find(subject, '', 'differentPerSecond')),
      rate(find(subject, '', 'seenPerSecond')),
      kilobytes(find(subject, '', 'bytesPerExpression')),
    ]),
  }
}

export function targets(find) {
  return [
    atLeast('parsing a second, all different', find(OURS, '', 'differentPerSecond'), 25_000, rate),
    atLeast('parsing a second, seen before', find(OURS, '', 'seenPerSecond'), 1_000_000, rate),
    atMost('heap of a parsed expression', find(OURS, '', 'bytesPerExpression'), 1_000, kilobytes),
  ]
}
