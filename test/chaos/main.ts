/** What `npm run chaos` starts for each store and seed: one course, its page, and its figures as a line of JSON. */

import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { Facts } from '../checks/facts.ts'
import { violationsOf } from '../checks/index.ts'
import { told } from '../fleet/event-log.ts'
import { freshUrl } from '../fleet/fresh-url.ts'
import { latenessOf } from '../fleet/summary.ts'
import { launchServer } from '../integration/stores/own-server.ts'
import { chaosCourse } from './course/course.ts'
import { figuresOf } from './course/figures.ts'
import { pageOf } from './report/page.ts'

const text = { type: 'string' } as const
const { values } = parseArgs({
  options: {
    store: text,
    /** Module of scripts/servers; none for stores without a server. */
    server: text,
    /** Of stores without a server. */
    url: text,
    seed: text,
    seconds: text,
    quiet: text,
    lease: text,
    poll: text,
    page: text,
    /** For a machine that is busy: fewer jobs, longer bounds, and only what is not a matter of speed is judged. */
    short: { type: 'boolean', default: false },
    /** Name of a bug that is put in, and of settings with which the server may lose what it said was written. */
    bug: text,
    unsafe: { type: 'boolean' },
  },
})
const { store = '', seed = '1', page } = values
const number = (name: 'seconds' | 'quiet' | 'lease' | 'poll'): number => Number(values[name])

/** What a machine that is busy with three stores may take beyond what is planned. */
const SHORT_SLACK_MS = 3_000
const SHORT_SHARE = 0.4

const own =
  values.server === undefined ? undefined : await launchServer(values.server, { isUnsafe: values.unsafe === true })
try {
  const course = await chaosCourse({
    store,
    url: freshUrl(own?.url ?? values.url ?? ''),
    server: own?.process,
    seed,
    processes: 4,
    faultMs: 1_000 * number('seconds'),
    quietMs: 1_000 * number('quiet'),
    leaseMs: number('lease'),
    pollMs: number('poll'),
    bug: values.bug,
    ...(values.short ? { slackMs: SHORT_SLACK_MS, share: SHORT_SHARE } : {}),
  })
  const facts = new Facts(course.history)
  const violations = violationsOf(course.history, values.short ? 'safety' : 'all')
  const figures = figuresOf(course, facts, violations)
  if (page !== undefined) {
    const shown = { ...figures, lateness: JSON.stringify(figures.lateness), takeover: JSON.stringify(figures.takeover) }
    const command = `npm run chaos -- --store ${store} --seed ${seed}${values.short ? ' --short' : ''}`
    const lateness = latenessOf(facts)
    const title = `${store}, seed ${seed}`
    writeFileSync(
      page,
      pageOf({ title, command, facts, violations, figures: shown, lateness, errors: course.errors.map(told) }),
    )
  }
  process.stdout.write(`${JSON.stringify({ ...figures, found: violations, failures: course.failures })}\n`)
} finally {
  await own?.remove()
}
