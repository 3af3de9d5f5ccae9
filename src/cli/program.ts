/**
 * The command line as a function: arguments in, text to the environment's outputs, exit status out. Finds the command
 * and is the one place where an error of the command line is printed.
 */

import { CronwrightError } from '../errors.ts'
import { runNext } from './commands/next.ts'
import { type Environment, EXIT, type ExitStatus } from './environment.ts'
import { closestWord } from './suggestion.ts'
import { UsageError } from './usage-error.ts'

const HELP = `Usage:
  cronwright <command> [options]

Commands:
  next   list the next fire times of cron expressions or crontabs

Options:
  -h, --help      show this help; after a command, the help of that command
  -v, --version   print the version

Example:
  cronwright next '0 9 * * 1-5' --timezone Europe/Athens
`

const COMMANDS: ReadonlyMap<string, (args: readonly string[], environment: Environment) => ExitStatus> = new Map([
  ['next', runNext],
])

/** Runs one command line, without the interpreter and the script. Throws only what is a bug. */
export function runProgram(args: readonly string[], environment: Environment): ExitStatus {
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
    return command(rest, environment)
  } catch (error) {
    if (!(error instanceof CronwrightError && error.code === 'INVALID_ARGUMENT')) throw error
    environment.errorOutput.write(`cronwright: ${error.message}\n`)
    return EXIT.usage
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
