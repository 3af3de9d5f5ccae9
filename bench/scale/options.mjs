/** Command line of `npm run scale`. */

import { parseArgs } from 'node:util'

export const USAGE = `npm run scale -- [options]
  --store NAME    one store (repeatable); all of them when left out
  --finished N    finished runs that the full store holds (default 1000000)
  --waiting N     records that wait in it (default 100000)
  --rounds N      rounds on each, medians are shown (default 41)
  --plans         also print how the servers carry the statements out
  --write         write the figures into docs/scale.md, and the plans (taken as with --plans) into docs/query-plans.md
  --no-build      measure dist/ as it is`

/** @param {readonly string[]} stores */
export function readOptions(stores) {
  const { values } = parseArgs({
    options: {
      store: { type: 'string', multiple: true, default: [] },
      finished: { type: 'string', default: '1000000' },
      waiting: { type: 'string', default: '100000' },
      rounds: { type: 'string', default: '41' },
      plans: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      build: { type: 'boolean', default: true },
      help: { type: 'boolean', default: false },
    },
    allowNegative: true,
  })
  const unknown = values.store.find((name) => !stores.includes(name))
  if (unknown !== undefined) throw new Error(`--store: must be one of ${stores.join(', ')}, got ${unknown}`)
  return {
    ...values,
    plans: values.plans || values.write,
    stores: values.store.length > 0 ? stores.filter((name) => values.store.includes(name)) : stores,
    finished: wholeNumber('finished', values.finished, 0),
    waiting: wholeNumber('waiting', values.waiting, 0),
    rounds: wholeNumber('rounds', values.rounds, 1),
  }
}

function wholeNumber(name, text, min) {
  const value = Number(text)
  if (Number.isInteger(value) && value >= min) return value
  throw new Error(`--${name}: must be a whole number from ${min} on, got ${text}`)
}
