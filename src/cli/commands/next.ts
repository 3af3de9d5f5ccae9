/**
 * `cronwright next`: when does this fire? Reads its arguments and hands over to the two kinds of listing.
 */

import type { Environment, ExitStatus } from '../environment.ts'
import { EXIT } from '../environment.ts'
import { MAX_COUNT, parseNextArguments } from './next-arguments.ts'
import { nextOfCrontabs } from './next-crontabs.ts'
import { nextOfExpressions } from './next-expressions.ts'

/** What `cronwright next --help` prints. */
export const NEXT_HELP = `Usage:
  cronwright next '<expression>'... [options]
  cronwright next --crontab FILE... [options]

Lists the next fire times of cron expressions, or of every line of crontabs.

Options:
  --timezone ZONE   time zone of the schedules, such as Europe/Athens
                    (default: the system's)
  --count N         fire times for each schedule, 1 to ${MAX_COUNT}
                    (default: 5; 1 with --crontab)
  --after INSTANT   start there instead of now: ISO 8601 with Z or an offset
  --json            print JSON instead of a table
  --crontab FILE    read crontabs; further files may follow, or the flag again
  --user-format     its lines are: m h dom mon dow command
  --system-format   its lines are: m h dom mon dow user command
                    (default: guessed from the path and the lines)
  -h, --help        show this help

Exit status: 0 when everything could be read, 1 when an expression, a line or a
file could not, 2 when the command line is wrong.

Examples:
  cronwright next '*/15 9-17 * * mon-fri' --timezone Europe/Athens
  cronwright next '0 3 L * *' @daily --count 3
  cronwright next --crontab /etc/crontab /etc/cron.d/*
  crontab -l | cronwright next --crontab /dev/stdin
`

/**
 * Runs `cronwright next`.
 *
 * @throws CronwrightError (`INVALID_ARGUMENT`) when the arguments are wrong
 */
export function runNext(args: readonly string[], environment: Environment): ExitStatus {
  const { timezone } = environment
  const request = parseNextArguments(args, { timezone, nowMs: environment.now() })
  if (request.mode === 'help') {
    environment.output.write(NEXT_HELP)
    return EXIT.ok
  }
  const { text, status } =
    request.mode === 'crontab' ? nextOfCrontabs(request, environment) : nextOfExpressions(request, environment.width)
  environment.output.write(text)
  return status
}
