/** Command line of `npm run bench`. */

import { parseArgs } from 'node:util'

export const USAGE = `npm run bench -- [options]
  --only NAME   one section (repeatable): next, parsing, memory, burst, sqlite, safety
  --rounds N    rounds of each measured thing, medians are shown (default 3)
  --full        the slowest peers too in every round and with as many jobs as the others; takes long
  --quick       one round of small sizes: shows that everything works, its figures mean little
  --write       also write the tables into docs/benchmarks.md
  --no-build    measure dist/ as it is`

/** @param {readonly string[]} sectionNames */
export function readOptions(sectionNames) {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string', default: '3' },
      full: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      build: { type: 'boolean', default: true },
      help: { type: 'boolean', default: false },
    },
    allowNegative: true,
  })
  const rounds = values.quick ? 1 : Number(values.rounds)
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new Error(`--rounds: must be a whole number from 1 on, got ${values.rounds}`)
  const unknown = values.only.find((name) => !sectionNames.includes(name))
  if (unknown !== undefined) throw new Error(`--only: must be one of ${sectionNames.join(', ')}, got ${unknown}`)
  if (values.write && (values.quick || values.only.length > 0)) {
    throw new Error('--write: needs a whole run; leave --only and --quick out')
  }
  return { ...values, rounds, sections: values.only.length > 0 ? values.only : sectionNames }
}
