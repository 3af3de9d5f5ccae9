import { beforeEach, describe, expect, test } from 'vitest'
import { Emitter } from '../../../src/core/emitter.ts'

interface Events {
  readonly tick: number
  readonly end: string
}

let emitter: Emitter<Events>
let errors: [unknown, string][]
let heard: unknown[]

beforeEach(() => {
  errors = []
  heard = []
  emitter = new Emitter<Events>(['tick', 'end'], (error, event) => errors.push([error, event]))
})

describe('an emitter', () => {
  test('calls the listeners of an event in the order in which they came, at once', () => {
    emitter.on('tick', (value) => heard.push(['first', value]))
    emitter.on('tick', (value) => heard.push(['second', value]))
    emitter.on('end', () => heard.push('never'))
    emitter.emit('tick', 1)
    expect(heard).toEqual([
      ['first', 1],
      ['second', 1],
    ])
  })

  test('an event without listeners is nothing', () => {
    expect(() => emitter.emit('tick', 1)).not.toThrow()
  })

  test('says whether anybody listens', () => {
    expect(emitter.has('tick')).toBe(false)
    const off = emitter.on('tick', () => undefined)
    expect(emitter.has('tick')).toBe(true)
    off()
    expect(emitter.has('tick')).toBe(false)
  })

  test('a listener that throws keeps no other from hearing', () => {
    const error = new Error('bad listener')
    emitter.on('tick', () => {
      throw error
    })
    emitter.on('tick', (value) => heard.push(value))
    emitter.emit('tick', 7)
    expect(heard).toEqual([7])
    expect(errors).toEqual([[error, 'tick']])
  })

  test('a rejection of a listener is caught', async () => {
    const error = new Error('bad listener')
    emitter.on('end', () => Promise.reject(error))
    emitter.emit('end', '')
    await Promise.resolve()
    await Promise.resolve()
    expect(errors).toEqual([[error, 'end']])
  })

  test('off takes away one listener, also one that was added by once', () => {
    const listener = (value: number): unknown => heard.push(value)
    emitter.on('tick', listener)
    emitter.once('tick', listener)
    emitter.off('tick', listener)
    emitter.emit('tick', 1)
    expect(heard).toEqual([1])
    emitter.off('tick', listener)
    emitter.off('tick', listener)
    emitter.emit('tick', 2)
    expect(heard).toEqual([1])
  })

  test('the function that on returns takes away its own listener only, however often it is called', () => {
    const listener = (value: number): unknown => heard.push(value)
    const off = emitter.on('tick', listener)
    emitter.on('tick', listener)
    off()
    off()
    emitter.emit('tick', 1)
    expect(heard).toEqual([1])
  })

  test('once hears one event', () => {
    emitter.once('tick', (value) => heard.push(value))
    emitter.emit('tick', 1)
    emitter.emit('tick', 2)
    expect(heard).toEqual([1])
    expect(emitter.has('tick')).toBe(false)
  })

  test('once hears one event also when a listener before it emits another', () => {
    emitter.on('tick', (value) => value === 1 && emitter.emit('tick', 2))
    emitter.once('tick', (value) => heard.push(value))
    emitter.emit('tick', 1)
    expect(heard).toEqual([2])
  })

  test('a listener that is added during an event hears the next one', () => {
    emitter.once('tick', () => emitter.on('tick', (value) => heard.push(value)))
    emitter.emit('tick', 1)
    emitter.emit('tick', 2)
    expect(heard).toEqual([2])
  })

  test('an unknown event or a listener that is no function is refused', () => {
    const loose = emitter as unknown as Emitter<Record<string, unknown>>
    expect(() => loose.on('tock', () => undefined)).toThrow(/^event: must be one of tick, end, got "tock"/)
    expect(() => loose.once('tick', undefined as never)).toThrow(/^listener: must be a function/)
    expect(() => loose.off('tock', () => undefined)).toThrow(/^event: must be one of/)
  })
})
