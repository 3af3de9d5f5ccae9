/** `cronwright copy`: moves jobs and pending runs to another store. */

import { copyStore } from '../../stores/copy/copy-store.ts'
import type { CopyCounts, CopyReport } from '../../stores/copy/report.ts'
import { type Environment, EXIT, type ExitStatus } from '../environment.ts'
import { errorLine } from '../error-line.ts'
import { type OptionRule, parseOptions } from '../options.ts'
import { UsageError } from '../usage-error.ts'
import { storeOfUrl } from './store-argument.ts'

const HELP = `Usage:
  cronwright copy --from URL --to URL [--dry-run]

Copies jobs, and the runs that are not over, from one job store to another, as
they are: next run times, paused jobs and queues, retries with their attempts
and checkpoints, unique keys. Finished runs stay behind. The source is not
changed.

Shut down every process that uses the source first, then copy, then start the
processes on the target. Nothing in the target is overwritten: if it has
something else under an id of the source, nothing is written. A copy that was
interrupted can be repeated.

Options:
  --from URL   the store to copy from
  --to URL     the store to copy to
  --dry-run    print what would be copied, and write nothing
  -h, --help   show this help

Exit status: 0 when everything was copied, 1 when a record could not be read
(the rest was copied) or nothing could be, 2 when the command line is wrong.

Example:
  cronwright copy --from sqlite:./jobs.db --to postgres://user:secret@host/jobs
`

const RULES = {
  'dry-run': { takes: 'flag' },
  from: { takes: 'value' },
  help: { takes: 'flag', short: 'h' },
  to: { takes: 'value' },
} as const satisfies Record<string, OptionRule>

const HELP_COMMAND = 'cronwright copy --help'
/** Records that could not be read and are named; the others are counted. */
const NAMED = 5

/**
 * Runs `cronwright copy`.
 *
 * @throws CronwrightError for what is wrong with the arguments, and when nothing could be copied
 */
export async function runCopy(args: readonly string[], environment: Environment): Promise<ExitStatus> {
  const { flags, values, positionals } = parseOptions(args, RULES, HELP_COMMAND)
  if (flags.has('help')) {
    environment.output.write(HELP)
    return EXIT.ok
  }
  const [stray] = positionals
  if (stray !== undefined) {
    const rule = 'the stores are given with --from and --to'
    throw new UsageError(`an argument too many: ${rule}; see ${HELP_COMMAND}`, 'argument', stray, rule)
  }
  const [from, to] = [urlOf('from', values), urlOf('to', values)]
  if (from === to) throw new UsageError('--from and --to are the same store', '--to', to, 'must be another store')
  const [source, target] = [storeOfUrl(from, '--from'), storeOfUrl(to, '--to')]
  const isDryRun = flags.has('dry-run')
  const report = await copyStore(source, target, { dryRun: isDryRun })
  for (const line of linesOf(report, isDryRun)) environment.output.write(`${line}\n`)
  return reportUnreadable(report, environment)
}

function urlOf(name: 'from' | 'to', values: ReadonlyMap<string, readonly string[]>): string {
  const url = values.get(name)?.[0]
  if (url !== undefined) return url
  throw new UsageError(`--${name} URL is missing; see ${HELP_COMMAND}`, `--${name}`, undefined, 'must be given')
}

function linesOf({ copied, present }: CopyReport, isDryRun: boolean): string[] {
  const lines = [`${described(copied)} ${isDryRun ? 'would be copied' : 'copied'}`]
  if (Object.values(present).some((count) => count > 0)) lines.push(`${described(present)} were there already`)
  return lines
}

/** `12 jobs, 340 pending runs`, and of the rest what there is. */
function described(counts: CopyCounts): string {
  const parts = [counted(counts.jobs, 'job'), counted(counts.pendingRuns, 'pending run')]
  const others = [
    [counts.waitingRuns, 'run that waits for a person', 'runs that wait for a person'],
    [counts.lostRuns, 'run whose process is gone', 'runs whose processes are gone'],
    [counts.uniqueKeys, 'unique key', 'unique keys'],
    [counts.pausedQueues, 'paused queue', 'paused queues'],
  ] as const
  return [
    ...parts,
    ...others.filter(([count]) => count > 0).map(([count, one, many]) => counted(count, one, many)),
  ].join(', ')
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}

function reportUnreadable({ unreadable }: CopyReport, environment: Environment): ExitStatus {
  if (unreadable.length === 0) return EXIT.ok
  const names = unreadable.slice(0, NAMED).map(({ kind, id }) => `${kind} ${JSON.stringify(id)}`)
  const more = unreadable.length - names.length
  const shown = `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
  const message = `${counted(unreadable.length, 'record')} could not be read, and stayed in the source: ${shown}`
  environment.errorOutput.write(errorLine(message))
  return EXIT.failed
}
