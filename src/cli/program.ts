/**
 * The command line as a function: arguments in, text to the environment's outputs, exit status out. Finds the command
 * and is the one place where an error of the command line is printed.
 */

import { CronwrightError, type ErrorCode } from '../errors.ts'
import { runCopy } from './commands/copy.ts'
import { runMigrate } from './commands/migrate.ts'
import { runNext } from './commands/next.ts'
import { type Environment, EXIT, type ExitStatus } from './environment.ts'
import { errorLine } from './error-line.ts'
import { closestWord } from './suggestion.ts'
import { UsageError } from './usage-error.ts'

const HELP = `Usage:
  cronwright <command> [options]

Commands:
  copy      copy jobs and pending runs from one job store to another
  migrate   bring the tables of job stores up to date
  next      list the next fire times of cron expressions or crontabs

Options:
  -h, --help      show this help; after a command, the help of that command
  -v, --version   print the version

Example:
  cronwright next '0 9 * * 1-5' --timezone Europe/Athens
`

type Command = (args: readonly string[], environment: Environment) => ExitStatus | Promise<ExitStatus>

const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['copy', runCopy],
  ['migrate', runMigrate],
  ['next', runNext],
])

/** What is wrong with what was asked, and not with what was done. */
const USAGE_CODES: readonly ErrorCode[] = ['INVALID_ARGUMENT', 'INVALID_CONFIGURATION']

/** Runs one command line, without the interpreter and the script. Throws only what is a bug. */
export async function runProgram(args: readonly string[], environment: Environment): Promise<ExitStatus> {
  const [first, ...rest] = args
  if (first === undefined) {
    environment.errorOutput.write(HELP)
    return EXIT.usage
  }
  try {
    if (first === '--help' || first === '-h') return print(HELP, environment)
    if (first === '--version' || first === '-v') return print(`${environment.version}\n`, environment)
    const command = COMMANDS.get(first)
    if (command === undefined) throw unknownCommand(first)
    return await command(rest, environment)
  } catch (error) {
    if (!(error instanceof CronwrightError)) throw error
    environment.errorOutput.write(errorLine(error.message))
    return USAGE_CODES.includes(error.code) ? EXIT.usage : EXIT.failed
  }
}

function print(text: string, environment: Environment): ExitStatus {
  environment.output.write(text)
  return EXIT.ok
}

function unknownCommand(word: string): UsageError {
  const rule = 'must be a known command'
  if (word.startsWith('-')) {
    const near = closestWord(word.replace(/^-+/, ''), ['help', 'version'])
    const hint = near === undefined ? 'options come after a command; run cronwright --help' : `did you mean --${near}?`
    return new UsageError(`unknown option ${word}: ${hint}`, 'command', word, rule)
  }
  const isExpression = /[ \t]/.test(word.trim()) || word.startsWith('@')
  const near = isExpression ? 'next' : closestWord(word, [...COMMANDS.keys()])
  const suggested = isExpression ? `cronwright next '${word}'` : `cronwright ${near}`
  const hint = near === undefined ? 'run cronwright --help to see the commands' : `did you mean ${suggested}?`
  return new UsageError(`unknown command ${JSON.stringify(word)}: ${hint}`, 'command', word, rule)
}
