/** Raw results: of this run in bench/results, and those that the page is made of beside it. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { SECTION_NAMES } from '../sections/index.mjs'
import { BENCH, ROOT } from './prepare.mjs'

const OF_PAGE = `${ROOT}/docs/benchmarks.json`

/**
 * Writes down what was measured. With `write`, what the page knows of these sections is replaced.
 *
 * @param {Record<string, object>} results - section -> what was measured
 * @param {{ write: boolean }} options
 * @returns {Record<string, object>} what the page is to be made of, in its order
 */
export function keepResults(results, { write }) {
  mkdirSync(`${BENCH}/results`, { recursive: true })
  writeFileSync(`${BENCH}/results/latest.json`, asText(results))
  if (!write) return results
  const known = { ...(existsSync(OF_PAGE) ? JSON.parse(readFileSync(OF_PAGE, 'utf8')) : {}), ...results }
  const all = Object.fromEntries(SECTION_NAMES.flatMap((name) => (name in known ? [[name, known[name]]] : [])))
  writeFileSync(OF_PAGE, asText(all))
  return all
}

/** JSON with a sample a line, which is easy to read and to compare. */
function asText(results) {
  const sections = Object.entries(results).map(([name, { samples, ...facts }]) => {
    const head = JSON.stringify(facts, null, 2).slice(0, -2)
    return `${JSON.stringify(name)}: ${head},\n  "samples": [\n${samples.map((sample) => `    ${JSON.stringify(sample)}`).join(',\n')}\n  ]\n}`
  })
  return `{\n${sections.join(',\n')}\n}\n`
}
