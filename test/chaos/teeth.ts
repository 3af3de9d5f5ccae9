/**
 * `npm run chaos:teeth`: shows that the chaos battery finds what is wrong. Each of the seeded bugs, and servers that are told
 * not to write to disk what they say is written, must make a course fail within two seeds. `--only TEXT` takes the cases
 * whose name has it.
 */

import { parseArgs } from 'node:util'
import { violationsOf } from '../checks/index.ts'
import { processNames } from '../fleet/fleet.ts'
import { freshUrl } from '../fleet/fresh-url.ts'
import { launchServer } from '../integration/stores/own-server.ts'
import { SEEDED_BUGS } from '../workload/seeded-bugs.ts'
import { chaosCourse } from './course/course.ts'
import type { PlannedFault } from './plan/fault-plan.ts'

const MOST_SEEDS = 2
const COURSE = { processes: 4, faultMs: 30_000, quietMs: 8_000, leaseMs: 2_000, pollMs: 250 }
/** What a server that forgets breaks: runs are gone, or are again what they were before. */
const LOSSES = ['C1', 'C3', 'C5', 'C10']
/** When such a server is killed: what it had not written by then is gone. */
const KILLS = [6_000, 12_000, 18_000, 24_000].map((at) => ({ kind: 'server-kill', at, awayMs: 500 }) as const)
/** The server is killed while all networks are slow: what takes two calls is then under way, with one of them done. */
const KILLS_BETWEEN_CALLS = KILLS.flatMap(({ at, ...kill }): PlannedFault[] => {
  const weather = { kind: 'delay', ms: 250, jitterMs: 20 } as const
  const slow = processNames(COURSE.processes).map(
    (process) => ({ kind: 'network', process, at, ms: 4_000, weather }) as const,
  )
  return [...slow, { ...kill, at: at + 2_000 }]
})
const ALSO: Readonly<Record<string, readonly PlannedFault[]>> = {
  'a cursor that moves in a call of its own': KILLS_BETWEEN_CALLS,
}
/** Where bugs are looked for: it has everything that can be drawn. */
const BUGGY = { store: 'redis', server: 'redis' }
const UNSAFE = [
  { store: 'postgres', server: 'postgres' },
  { store: 'mysql', server: 'mariadb' },
  { store: 'redis', server: 'redis' },
]

interface Case {
  readonly name: string
  readonly store: string
  readonly server: string
  readonly bug?: string
  readonly isUnsafe?: boolean
  /** Faults beside those that are drawn. */
  readonly also?: readonly PlannedFault[] | undefined
  /** The checks that should find it. */
  readonly checks: readonly string[]
}

const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } })

const all: Case[] = [
  ...Object.entries(SEEDED_BUGS).map(([bug, { checks }]) => ({ name: bug, bug, checks, also: ALSO[bug], ...BUGGY })),
  ...UNSAFE.map(({ store, server }) => ({
    name: `${store} that does not write to disk`,
    isUnsafe: true,
    checks: LOSSES,
    also: KILLS,
    store,
    server,
  })),
]
const cases = all.filter(({ name }) => name.includes(values.only))
if (cases.length === 0)
  throw new Error(`no case has '${values.only}' in its name: ${all.map(({ name }) => name).join('; ')}`)

let missed = 0
for (const { name, checks, ...of } of cases) {
  let found: string[] = []
  let seed = 0
  while (seed < MOST_SEEDS && found.length === 0) {
    seed += 1
    const broken = new Set((await violations(of, String(seed))).map(({ check }) => check))
    found = [...broken].filter((check) => checks.includes(check))
  }
  if (found.length === 0) missed += 1
  console.log(`${found.length === 0 ? 'MISSED' : `found at seed ${seed} by ${found.join(', ')}`}: ${name}`)
}
console.log(`${cases.length - missed} passed, ${missed} failed`)
process.exitCode = missed === 0 ? 0 : 1

async function violations({ store, server, bug, isUnsafe, also = [] }: Omit<Case, 'name' | 'checks'>, seed: string) {
  const own = await launchServer(server, isUnsafe === undefined ? {} : { isUnsafe })
  try {
    const url = freshUrl(own.url)
    const { history } = await chaosCourse({ ...COURSE, store, url, server: own.process, seed, bug, also })
    return violationsOf(history)
  } finally {
    await own.remove()
  }
}
