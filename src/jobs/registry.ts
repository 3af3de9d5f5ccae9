/** The function registry: turns a stored name back into code. */

import { checkFields, checkText, readable } from '../core/validate.ts'
import { FunctionLookupError, InvalidArgumentError } from '../errors.ts'
import type { RunContext } from './context.ts'
import type { JobResult } from './result.ts'

/** What a handler may give back: its output, a {@link JobResult}, or a promise of either. */
export type HandlerReturn<Output> = Output | JobResult<Output> | Promise<Output | JobResult<Output>>

/** A job's code: gets its input and the run; what it returns is the run's output. */
export type Handler<Input = unknown, Output = unknown> = (input: Input, run: RunContext) => HandlerReturn<Output>

/** A job written as an object (usually an instance of a class) with a `run` method. */
export interface JobObject<Input = unknown, Output = unknown> {
  run(input: Input, run: RunContext): HandlerReturn<Output>
}

/** Code given as a module, for executors that run outside of this thread. */
export interface ModuleReference {
  /** URL (or absolute path) of the module, such as `new URL('./resize.js', import.meta.url)`. */
  readonly module: string | URL
  /** The export to call. @default 'default' */
  readonly name?: string | undefined
}

/** A handler whose input type is not known here. */
export type AnyHandler = Handler<never>

/** What a function may be given as: itself, an object with `run`, or a module. */
export type Code<Input = never, Output = unknown> = Handler<Input, Output> | JobObject<Input, Output> | ModuleReference

/** What `register` returns: the function's name with its types, accepted wherever a function is. */
export interface RegisteredFunction<Input = unknown, Output = unknown> {
  readonly functionRef: string
  /** Carries the types; never set. */
  readonly types?: { readonly input: Input; readonly output: Output } | undefined
}

/** Whatever names a function in a call: the function, its registration, or the registered name. */
export type FunctionLike<Input = never, Output = unknown> =
  | string
  | Handler<Input, Output>
  | JobObject<Input, Output>
  | RegisteredFunction<Input, Output>

/** A registered function: its code, and the defaults of jobs made from it. */
export interface Registration<Defaults> {
  readonly name: string
  readonly code: AnyHandler | ModuleReference
  readonly defaults: Defaults | undefined
  /** False for a function that was never given a name: its jobs live only as long as this process. */
  readonly named: boolean
}

const NAME = /^[\p{L}\p{N}_][\p{L}\p{N}_.:/@ -]{0,190}$/u
const NAME_RULE = 'must be a name of 1 to 191 letters, digits, blanks and the characters _ . : / @ -'

export class FunctionRegistry<Defaults> {
  readonly #byName = new Map<string, Registration<Defaults>>()
  readonly #byCode = new WeakMap<object, Registration<Defaults>>()
  readonly #codeOf = new Map<string, unknown>()
  #anonymous = 0

  /** Registering the same code again under its name replaces its defaults. @throws InvalidArgumentError */
  register(name: unknown, code: unknown, defaults: Defaults | undefined): Registration<Defaults> {
    if (typeof name !== 'string' || !NAME.test(name)) throw new InvalidArgumentError('name', name, NAME_RULE)
    if (this.#codeOf.has(name) && this.#codeOf.get(name) !== code) {
      throw new InvalidArgumentError('name', name, 'must not be the name of another registered function')
    }
    return this.#keep({ name, code: runnable(code), defaults, named: true }, code)
  }

  /**
   * The registration that a call means; a function that was never registered gets a passing one of its own.
   *
   * @throws FunctionLookupError for a name that nobody registered
   * @throws InvalidArgumentError for a value that cannot mean a function
   */
  resolve(fn: unknown): Registration<Defaults> {
    const name = nameOf(fn)
    const known = (isKey(fn) ? this.#byCode.get(fn) : undefined) ?? this.#byName.get(name ?? '')
    if (known !== undefined) return known
    if (name !== undefined) throw new FunctionLookupError(name)
    const code = runnable(fn)
    this.#anonymous += 1
    const label = typeof fn === 'function' && typeof fn.name === 'string' && fn.name !== '' ? fn.name : 'function'
    return this.#keep({ name: `${label}#${this.#anonymous}`, code, defaults: undefined, named: false }, fn)
  }

  lookup(name: string): Registration<Defaults> | undefined {
    return this.#byName.get(name)
  }

  #keep(registration: Registration<Defaults>, code: unknown): Registration<Defaults> {
    this.#byName.set(registration.name, registration)
    this.#codeOf.set(registration.name, code)
    if (isKey(code)) this.#byCode.set(code, registration)
    return registration
  }
}

/** The name that stands for a function: given as text, or as what `register` returned. */
function nameOf(fn: unknown): string | undefined {
  if (typeof fn === 'string') return fn
  const name = isKey(fn) ? readable('fn', fn, () => Reflect.get(fn, 'functionRef')) : undefined
  return typeof name === 'string' ? name : undefined
}

function isKey(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

const CLASS = /^class\b/

/** What can be called: a handler as it is, an object's `run`, or a module for an executor to load. */
function runnable(code: unknown): AnyHandler | ModuleReference {
  if (typeof code === 'function') {
    if (!CLASS.test(Function.prototype.toString.call(code))) return code as AnyHandler
    throw new InvalidArgumentError(
      'fn',
      code,
      'must be a function, or an instance of a class with run(), not the class',
    )
  }
  if (typeof code === 'object' && code !== null) {
    const run: unknown = readable('fn', code, () => Reflect.get(code, 'run'))
    if (typeof run === 'function') return run.bind(code) as AnyHandler
    if (readable('fn', code, () => isModuleReference(code))) return checkModule(code)
  }
  throw new InvalidArgumentError(
    'fn',
    code,
    'must be a function, an object with run(), a module reference or a registered name',
  )
}

function checkModule(reference: object): ModuleReference {
  const { module, name } = checkFields(reference, 'fn', ['module', 'name'])
  return {
    module: module instanceof URL ? module : checkText(module, 'fn.module', 4_096),
    name: name === undefined ? undefined : checkText(name, 'fn.name'),
  }
}

/** Whether a value is a {@link ModuleReference}. */
export function isModuleReference(value: unknown): value is ModuleReference {
  return (
    typeof value === 'object' &&
    value !== null &&
    'module' in value &&
    (typeof value.module === 'string' || value.module instanceof URL)
  )
}
