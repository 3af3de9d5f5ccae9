/** Every example prints what it should. A new one needs its lines in the table below. */

import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { EXAMPLES, resultOf, startExample } from './run-example.ts'

/** Example -> lines that its output has, in this order. */
const OUTPUT: Readonly<Record<string, readonly (string | RegExp)[]>> = {
  'hello.ts': [...Array(3).fill(/^hello, world: due at \S+:\d\d\.000Z$/)],
  'triggers.ts': [
    /^weekdays at nine +- +cron 0 9/,
    '  30 Mar 2026, 09:00:00 EEST',
    /^half past three/,
    '  28 Mar 2026, 03:30:00 EET',
    '  29 Mar 2026, 04:00:00 EEST',
    '  30 Mar 2026, 03:30:00 EEST',
    /^once on Christmas Eve/,
    '  24 Dec 2026, 18:00:00 EET',
    /^every twenty minutes in office hours/,
    '  27 Mar 2026, 14:20:00 EET',
  ],
  'misfire.ts': [
    'catch up',
    ...[2, 3, 4, 5, 6, 7].map((second) => `  12:00:0${second}  completed`),
    'coalesce',
    ...[2, 3, 4, 5, 6].map((second) => `  12:00:0${second}  skipped (coalesced)`),
    '  12:00:07  completed',
    'in time only',
    ...[2, 3, 4].map((second) => `  12:00:0${second}  skipped (misfire)`),
    ...[5, 6, 7].map((second) => `  12:00:0${second}  completed`),
  ],
  'worker-threads.ts': ['primes below 5 and 10 million: 348513, 664579', 'this thread was free meanwhile'],
  'from-config.ts': [
    'tick: 3 attempts, at most 30000 ms late',
    /^invalid configuration: timezone: .+; jobStores\.default: .+; leaseDuration: .+"15x"$/,
    'tick',
    'tick',
  ],
  'events.ts': [
    'started',
    'added: rates',
    'attempt 1',
    'failed, to be tried again: the bank does not answer',
    'attempt 2',
    'failed, to be tried again: the bank does not answer',
    'attempt 3',
    'completed: rates in EUR',
    'shut down',
  ],
  'class-job.ts': [
    'washers: cancelled, there is no washers',
    'nuts: failed, only 3 nuts left',
    'bolts: completed, enough',
  ],
  'custom-store.ts': [/hello, Ada$/, 'restarted: the job comes from the file', /hello, Ada$/, 'done'],
}

/** Those of the lines that are expected, each looked for after the one before. */
function found(stdout: string, expected: readonly (string | RegExp)[]): readonly (string | RegExp)[] {
  const left = [...expected]
  for (const line of stdout.split('\n')) {
    const [next] = left
    if (typeof next === 'string' ? line === next : next?.test(line)) left.shift()
  }
  return expected.slice(0, expected.length - left.length)
}

describe('the examples', () => {
  it.for(readdirSync(EXAMPLES).filter((name) => name.endsWith('.ts') && name !== 'demo.ts'))(
    '%s ends by itself and prints what it should',
    async (name) => {
      const { status, stdout, stderr } = await resultOf(startExample(name))
      expect({ status, stderr, found: found(stdout, OUTPUT[name] ?? ['an expectation in this test']) }).toEqual({
        status: 0,
        stderr: '',
        found: OUTPUT[name],
      })
    },
  )
})
