/**
 * Configuration from outside: an object, JSON text or a JSON file, with the environment put in. Everything that is wrong
 * with it is found in one go and told in one error.
 */

import { readFileSync } from 'node:fs'
import { checkObject, type Fields } from '../core/validate.ts'
import { ConfigurationError, type ConfigurationProblem, CronwrightError, InvalidArgumentError } from '../errors.ts'
import { makeExecutor } from '../executors/factory.ts'
import { makeStore } from '../stores/factory.ts'
import { resolveSettings } from './settings.ts'

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>

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
  const problems: ConfigurationProblem[] = []
  const options = expanded(load(source), '', environment, problems)
  const fields = attempt(problems, () => checkObject(options, 'configuration'))
  if (fields !== undefined) findProblems(fields, problems)
  if (fields === undefined || problems.length > 0) throw new ConfigurationError(problems)
  return make(fields)
}

function load(source: unknown): unknown {
  if (source instanceof URL) return parse(read(source), source.href)
  if (typeof source !== 'string') return source
  return source.trimStart().startsWith('{') ? parse(source, 'the text given') : parse(read(source), source)
}

function read(path: string | URL): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    throw new ConfigurationError([
      {
        field: 'configuration',
        value: String(path),
        rule: 'must be an object, JSON text or the path of a readable JSON file',
      },
    ])
  }
}

function parse(text: string, origin: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new ConfigurationError([{ field: 'configuration', value: origin, rule: `must be valid JSON (${why})` }])
  }
}

const VARIABLE = /\$\{([A-Za-z_]\w*)(?::-([^}]*))?\}/g

/** The value with `${NAME}` and `${NAME:-default}` replaced in every text. */
function expanded(value: unknown, path: string, environment: Environment, problems: ConfigurationProblem[]): unknown {
  if (typeof value === 'string') {
    return value.replace(VARIABLE, (whole, name: string, fallback: string | undefined) => {
      const found = environment[name] ?? fallback
      if (found === undefined)
        problems.push({ field: path, value: whole, rule: `must name a set environment variable, and ${name} is not` })
      return found ?? ''
    })
  }
  if (Array.isArray(value))
    return value.map((item, index) => expanded(item, `${path}[${index}]`, environment, problems))
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
  const entries = Object.entries(value).map(([key, item]): [string, unknown] => [
    key,
    expanded(item, path === '' ? key : `${path}.${key}`, environment, problems),
  ])
  return Object.fromEntries(entries)
}

/** Checks each part by itself, so that one problem does not hide the next. */
function findProblems(fields: Fields, problems: ConfigurationProblem[]): void {
  for (const [key, value] of Object.entries(fields)) {
    if (key === 'jobStores') checkEach(value, key, problems, makeStoreToCheck)
    else if (key === 'executors') checkEach(value, key, problems, makeExecutor)
    else if (isGroup(key) && isPlainObject(value)) {
      for (const [name, item] of Object.entries(value))
        attempt(problems, () => resolveSettings({ [key]: { [name]: item } }))
    } else attempt(problems, () => resolveSettings({ [key]: value }))
  }
}

/** Options whose fields are checked one by one. */
function isGroup(key: string): boolean {
  return key === 'jobDefaults' || key === 'history' || key === 'roles'
}

function makeStoreToCheck(source: unknown, field: string): unknown {
  return typeof source === 'object' && source !== null && !('type' in source) ? source : makeStore(source, field)
}

function checkEach(
  value: unknown,
  field: string,
  problems: ConfigurationProblem[],
  check: (source: unknown, field: string) => unknown,
): void {
  const sources = attempt(problems, () => checkObject(value, field)) ?? {}
  for (const [alias, source] of Object.entries(sources)) attempt(problems, () => check(source, `${field}.${alias}`))
}

function isPlainObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Calls, and turns what it throws into a problem. */
function attempt<T>(problems: ConfigurationProblem[], call: () => T): T | undefined {
  try {
    return call()
  } catch (error) {
    if (!(error instanceof CronwrightError)) throw error
    const { field, value, rule } = error.details
    const name = String(field ?? 'configuration').replace(/^options\./, '')
    problems.push({ field: name, value, rule: error instanceof InvalidArgumentError ? String(rule) : error.message })
    return undefined
  }
}
