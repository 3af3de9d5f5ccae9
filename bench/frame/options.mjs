/** Command line of `npm run bench`. */

import { parseArgs } from 'node:util'
import { SECTION_NAMES } from '../sections/index.mjs'

export const USAGE = `npm run bench -- [options]
  --only NAME   one section (repeatable): ${SECTION_NAMES.join(', ')}
  --match TEXT  only what has this in its name, such as PostgreSQL or graphile-worker (repeatable: any of them)
  --rounds N    rounds of each measured thing, medians are shown (default 1, or 5 with --full)
  --full        five rounds, everything in each of them, and the slowest peers with as many jobs as the others
  --quick       one round of small sizes: shows that everything works, its figures mean little
  --write       also put what was measured into docs/benchmarks.json, and write docs/benchmarks.md from that
  --no-build    measure dist/ as it is`

export function readOptions() {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true, default: [] },
      match: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string' },
      full: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      build: { type: 'boolean', default: true },
      help: { type: 'boolean', default: false },
    },
    allowNegative: true,
  })
  const rounds = values.quick ? 1 : Number(values.rounds ?? (values.full ? 5 : 1))
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new Error(`--rounds: must be a whole number from 1 on, got ${values.rounds}`)
  const unknown = values.only.find((name) => !SECTION_NAMES.includes(name))
  if (unknown !== undefined) throw new Error(`--only: must be one of ${SECTION_NAMES.join(', ')}, got ${unknown}`)
  if (values.write && (values.quick || values.match.length > 0)) {
    throw new Error('--write: the page needs whole sections of full size; leave --match and --quick out')
  }
  return { ...values, rounds, sections: values.only.length > 0 ? values.only : SECTION_NAMES }
}
