import { beforeEach, describe, expect, test } from 'vitest'
import type { RunContext } from '../../../src/jobs/context.ts'
import { FunctionRegistry, isModuleReference } from '../../../src/jobs/registry.ts'

let registry: FunctionRegistry<{ readonly queue: string }>

const send = (): string => 'sent'

/** Calls what was registered, as an executor does. */
function call(name: string, input: unknown): unknown {
  const code = registry.lookup(name)?.code
  if (typeof code !== 'function') throw new Error(`${name} cannot be called`)
  return code(input as never, {} as RunContext)
}

beforeEach(() => {
  registry = new FunctionRegistry()
})

describe('register', () => {
  test('keeps code and defaults under a name', () => {
    expect(registry.register('send', send, { queue: 'mail' })).toEqual({
      name: 'send',
      code: send,
      defaults: { queue: 'mail' },
      named: true,
    })
    expect(registry.lookup('send')?.code).toBe(send)
    expect(registry.lookup('other')).toBeUndefined()
  })

  test('FD-01 takes a function, an object with run, an instance of a class, or a module', () => {
    class Greeting {
      readonly #word = 'hello'
      run(name: string): string {
        return `${this.#word} ${name}`
      }
    }
    registry.register('function', (name: string) => `hi ${name}`, undefined)
    registry.register('object', { run: (name: string) => `hey ${name}` }, undefined)
    registry.register('class', new Greeting(), undefined)
    expect([call('function', 'Ada'), call('object', 'Ada'), call('class', 'Ada')]).toEqual([
      'hi Ada',
      'hey Ada',
      'hello Ada',
    ])
    const module = { module: new URL('file:///resize.js'), name: 'resize' }
    expect(registry.register('module', module, undefined).code).toEqual(module)
  })

  test('the same code again under its name replaces its defaults', () => {
    registry.register('send', send, { queue: 'mail' })
    registry.register('send', send, { queue: 'low' })
    expect(registry.lookup('send')?.defaults).toEqual({ queue: 'low' })
    const job = { run: () => 1 }
    registry.register('job', job, undefined)
    expect(() => registry.register('job', job, undefined)).not.toThrow()
  })

  test('a name that other code has is refused', () => {
    registry.register('send', send, undefined)
    expect(() => registry.register('send', () => 'other', undefined)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', details: expect.objectContaining({ value: 'send' }) }),
    )
  })

  test.each(['a', 'send-report', 'mail.send', 'App\u00e9/Job:run@2', 'x y', '名前', 'a'.repeat(191)])(
    'the name %j is accepted',
    (name) => {
      expect(registry.register(name, send, undefined).name).toBe(name)
    },
  )

  test.each(['', ' a', '-a', 'a#1', 'a\nb', 'a'.repeat(192), 5, undefined, null])('the name %j is refused', (name) => {
    expect(() => registry.register(name, send, undefined)).toThrow(/^name: must be a name of 1 to 191/)
  })

  test('a class is refused, because its instance is meant', () => {
    class Greeting {
      run(): void {}
    }
    expect(() => registry.register('x', Greeting, undefined)).toThrow(
      /an instance of a class with run\(\), not the class/,
    )
  })

  test('a module reference with a mistake is refused by the name of its field', () => {
    expect(() => registry.register('x', { module: 'a.js', export: 'b' }, undefined)).toThrow(/^fn\.export: must be/)
    expect(() => registry.register('x', { module: 'a.js', name: '' }, undefined)).toThrow(/^fn\.name: must be/)
  })

  test.each([['text'], [5], [null], [undefined], [{}], [{ run: 1 }], [{ module: 5 }], [[]]])(
    '%j is nothing that can run',
    (code) => {
      expect(() => registry.register('x', code, undefined)).toThrow(/^fn: must be a function, an object with run\(\)/)
    },
  )
})

describe('resolve', () => {
  test('finds a registration by its name, its code, or what register returned', () => {
    const registration = registry.register('send', send, { queue: 'mail' })
    expect(registry.resolve('send')).toBe(registration)
    expect(registry.resolve(send)).toBe(registration)
    expect(registry.resolve({ functionRef: 'send' })).toBe(registration)
  })

  test('finds an object by its identity', () => {
    const job = { run: () => 1 }
    const registration = registry.register('job', job, undefined)
    expect(registry.resolve(job)).toBe(registration)
  })

  test.each(['send', { functionRef: 'send' }])('%j, which nobody registered, is an error with its name', (fn) => {
    expect(() => registry.resolve(fn)).toThrow(
      expect.objectContaining({ code: 'FUNCTION_LOOKUP', message: expect.stringContaining('"send"') }),
    )
  })

  test('a function that was never registered gets a passing name of its own, once', () => {
    const first = registry.resolve(send)
    expect(first).toMatchObject({ name: 'send#1', named: false, code: send })
    expect(registry.resolve(send)).toBe(first)
    expect(registry.lookup('send#1')).toBe(first)
    expect(
      registry.resolve(
        (
          () => () =>
            1
        )(),
      ),
    ).toMatchObject({ name: 'function#2', named: false })
    expect(registry.resolve({ run: () => 1 })).toMatchObject({ name: 'function#3', named: false })
  })

  test('a function that is registered later is known by its name from then on', () => {
    registry.resolve(send)
    registry.register('send', send, undefined)
    expect(registry.resolve(send)).toMatchObject({ name: 'send', named: true })
  })

  test.each([[5], [null], [undefined], [{}], [Symbol('x')]])('%s cannot mean a function', (fn) => {
    expect(() => registry.resolve(fn)).toThrow(/^fn: must be a function/)
  })
})

describe('isModuleReference', () => {
  test('is an object with a module that is text or a URL', () => {
    expect(isModuleReference({ module: '/jobs/resize.js' })).toBe(true)
    expect(isModuleReference({ module: new URL('file:///resize.js'), name: 'resize' })).toBe(true)
    for (const value of [null, 'module', {}, { module: 1 }, () => 1]) expect(isModuleReference(value)).toBe(false)
  })
})
