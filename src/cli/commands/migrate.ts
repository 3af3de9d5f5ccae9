/** `cronwright migrate`: brings the tables of job stores up to date, before the first process starts. */

import { resolve } from 'node:path'
import { checkObject } from '../../core/validate.ts'
import { CronwrightError } from '../../errors.ts'
import { readConfiguration } from '../../scheduler/configuration/configuration.ts'
import { storeFrom } from '../../stores/factory.ts'
import type { RecordJobStore } from '../../stores/record-job-store.ts'
import type { SchemaMigration } from '../../stores/schema.ts'
import { type Environment, EXIT, type ExitStatus } from '../environment.ts'
import { errorLine } from '../error-line.ts'
import { type OptionRule, parseOptions } from '../options.ts'
import { UsageError } from '../usage-error.ts'
import { storeOfUrl } from './store-argument.ts'

const HELP = `Usage:
  cronwright migrate URL...
  cronwright migrate --config FILE

Creates the tables of SQL job stores, or brings them up to date, also where a
store has autoMigrate: false. Stores that are up to date, and those without
tables, are left alone. May run any number of times, and while others do.

Options:
  -c, --config FILE   all job stores of a configuration file (JSON)
  -h, --help          show this help

Exit status: 0 when every store is up to date, 1 when one failed (the others
were done), 2 when the command line or the configuration is wrong.

Examples:
  cronwright migrate postgres://user:secret@host/jobs
  cronwright migrate --config ./cronwright.json
`

const RULES = {
  config: { takes: 'value', short: 'c' },
  help: { takes: 'flag', short: 'h' },
} as const satisfies Record<string, OptionRule>

const HELP_COMMAND = 'cronwright migrate --help'

/** A store, and what stands before what is said of it. */
interface NamedStore {
  readonly prefix: string
  readonly store: RecordJobStore
}

/**
 * Runs `cronwright migrate`.
 *
 * @throws CronwrightError (`INVALID_ARGUMENT`, `INVALID_CONFIGURATION`) before anything is done
 */
export async function runMigrate(args: readonly string[], environment: Environment): Promise<ExitStatus> {
  const { flags, values, positionals } = parseOptions(args, RULES, HELP_COMMAND)
  if (flags.has('help')) {
    environment.output.write(HELP)
    return EXIT.ok
  }
  const file = values.get('config')?.[0]
  let status: ExitStatus = EXIT.ok
  for (const { prefix, store } of storesOf(file, positionals, environment)) {
    try {
      environment.output.write(`${prefix}${described(await store.migrate())}\n`)
    } catch (error) {
      if (!(error instanceof CronwrightError)) throw error
      environment.errorOutput.write(errorLine(`${prefix}${error.message}`))
      status = EXIT.failed
    }
  }
  return status
}

function storesOf(
  file: string | undefined,
  urls: readonly string[],
  { workingDirectory }: Environment,
): readonly NamedStore[] {
  if ((file === undefined) === (urls.length === 0)) {
    const rule = 'give the URLs of stores, or --config FILE'
    throw new UsageError(`${rule}; see ${HELP_COMMAND}`, 'url', undefined, rule)
  }
  if (file === undefined) {
    const argument = (index: number): string => (urls.length === 1 ? 'the URL' : `URL ${index + 1}`)
    return urls.map((url, index) => ({
      prefix: urls.length === 1 ? '' : `${argument(index)}: `,
      store: storeOfUrl(url, argument(index)),
    }))
  }
  return readConfiguration(resolve(workingDirectory, file), ({ jobStores = {} }) =>
    Object.entries(checkObject(jobStores, 'jobStores')).map(([alias, source]) => ({
      prefix: `${alias}: `,
      store: storeFrom(source, `jobStores.${alias}`),
    })),
  )
}

function described(migration: SchemaMigration | undefined): string {
  if (migration === undefined) return 'nothing to do: this store has no tables'
  const { from, to } = migration
  if (from === to) return `nothing to do: version ${to}`
  return from === 0 ? `tables created: version ${to}` : `from version ${from} to version ${to}`
}
