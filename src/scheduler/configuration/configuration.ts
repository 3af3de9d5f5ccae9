/**
 * Configuration from outside: an object, JSON text or a JSON file, with the environment put in. Everything that is wrong
 * with it is found in one go and told in one error.
 */

import { checkObject, checkPlainObject, type Fields } from '../../core/validate.ts'
import { ConfigurationError, type ConfigurationProblem, CronwrightError, InvalidArgumentError } from '../../errors.ts'
import { executorFrom } from '../../executors/factory.ts'
import { storeFrom } from '../../stores/factory.ts'
import { resolveSettings } from '../settings.ts'
import { loadConfiguration } from './configuration-source.ts'
import { type Environment, Interpolation } from './interpolation.ts'

/**
 * Reads configuration and makes something of it.
 *
 * @throws ConfigurationError that lists every problem
 */
export function readConfiguration<T>(
  source: unknown,
  make: (options: Fields) => T,
  environment: Environment = process.env,
): T {
  const problems = new Problems(environment)
  const given = loadConfiguration(source)
  const fields = problems.attempt(() => checkPlainObject(problems.interpolation.of(given), 'configuration'))
  if (fields !== undefined) findProblems(fields, problems)
  const made = problems.isEmpty ? problems.attempt(() => ({ value: make(fields ?? {}) })) : undefined
  if (made === undefined) throw problems.error()
  return made.value
}

/** Checks each part by itself, so that one problem does not hide the next. */
function findProblems(fields: Fields, problems: Problems): void {
  for (const [key, value] of Object.entries(fields)) {
    if (key === 'jobStores') checkEach(value, key, problems, storeFrom)
    else if (key === 'executors') checkEach(value, key, problems, executorFrom)
    else if (isGroup(key) && isObject(value)) {
      for (const [name, item] of Object.entries(value)) {
        problems.attempt(() => resolveSettings({ [key]: { [name]: item } }))
      }
    } else problems.attempt(() => resolveSettings({ [key]: value }))
  }
}

/** Options whose fields are checked one by one. */
function isGroup(key: string): boolean {
  return key === 'jobDefaults' || key === 'history' || key === 'roles'
}

function checkEach(
  value: unknown,
  field: string,
  problems: Problems,
  check: (source: unknown, field: string) => unknown,
): void {
  const sources = problems.attempt(() => checkObject(value, field)) ?? {}
  for (const [alias, source] of Object.entries(sources)) problems.attempt(() => check(source, `${field}.${alias}`))
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What is wrong with a configuration, gathered. */
class Problems {
  readonly interpolation: Interpolation
  readonly #problems: ConfigurationProblem[] = []

  constructor(environment: Environment) {
    this.interpolation = new Interpolation(environment, (error) => this.#add(error))
  }

  get isEmpty(): boolean {
    return this.#problems.length === 0
  }

  /** Calls; what it throws becomes a problem. */
  attempt<T>(call: () => T): T | undefined {
    try {
      return call()
    } catch (error) {
      if (!(error instanceof CronwrightError)) throw error
      this.#add(error)
      return undefined
    }
  }

  error(): ConfigurationError {
    return new ConfigurationError(this.#problems)
  }

  /** The first problem of a field counts: what is wrong with a missing variable's place follows from it. */
  #add(error: CronwrightError): void {
    const { value, rule } = error.details
    const field = String(error.details['field'] ?? 'configuration').replace(/^options\./, '')
    if (this.#problems.some((problem) => problem.field === field)) return
    this.#problems.push({
      field,
      value: typeof value === 'string' ? this.interpolation.withReferences(value) : value,
      rule: error instanceof InvalidArgumentError ? String(rule) : error.message,
    })
  }
}
