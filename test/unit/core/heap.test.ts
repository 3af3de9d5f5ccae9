import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { IndexedHeap } from '../../../src/core/heap.ts'

interface Item {
  slot: number
  key: number
  readonly name: number
}

/** A total order, so that there is one right answer. */
function isBefore(a: Item, b: Item): boolean {
  return a.key === b.key ? a.name < b.name : a.key < b.key
}

function heapOf(keys: readonly number[]): { heap: IndexedHeap<Item>; items: Item[] } {
  const heap = new IndexedHeap<Item>(isBefore)
  const items = keys.map((key, name): Item => ({ slot: -1, key, name }))
  for (const item of items) heap.add(item)
  return { heap, items }
}

function sorted(items: readonly Item[]): Item[] {
  return [...items].sort((a, b) => (isBefore(a, b) ? -1 : 1))
}

describe('an indexed heap', () => {
  test('is empty at first', () => {
    const { heap } = heapOf([])
    expect(heap.size).toBe(0)
    expect(heap.top).toBeUndefined()
    expect([...heap.inOrder()]).toEqual([])
  })

  test('has the earliest item at its top', () => {
    const { heap } = heapOf([5, 3, 9, 3, 1, 7])
    expect(heap.top).toMatchObject({ key: 1 })
  })

  test('an item that was taken out knows that it is in no heap', () => {
    const { heap, items } = heapOf([2, 1])
    for (const item of items) heap.remove(item)
    expect(items.map(({ slot }) => slot)).toEqual([-1, -1])
    expect(heap.size).toBe(0)
  })

  test('gives its items in order and stays as it was', () => {
    const { heap } = heapOf([4, 1, 3, 2, 5])
    for (let time = 0; time < 2; time += 1) {
      expect([...heap.inOrder()].map(({ key }) => key)).toEqual([1, 2, 3, 4, 5])
    }
  })

  test('looks at few items when few are taken', () => {
    let compared = 0
    const heap = new IndexedHeap<Item>((a, b) => {
      compared += 1
      return a.key < b.key
    })
    for (let key = 0; key < 10_000; key += 1) heap.add({ slot: -1, key, name: key })
    compared = 0
    const taken: number[] = []
    for (const { key } of heap.inOrder()) {
      taken.push(key)
      if (taken.length === 10) break
    }
    expect(taken).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(compared).toBeLessThan(500)
  })

  test('gives every item in order, whatever was added, moved and taken out before', () => {
    const key = fc.integer({ min: 0, max: 20 })
    const step = fc.oneof(
      fc.record({ do: fc.constant('add' as const), key }),
      fc.record({ do: fc.constant('remove' as const), which: fc.nat() }),
      fc.record({ do: fc.constant('update' as const), which: fc.nat(), key }),
      fc.record({ do: fc.constant('take' as const) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const heap = new IndexedHeap<Item>(isBefore)
        let model: Item[] = []
        for (const [name, action] of steps.entries()) {
          const chosen = 'which' in action ? model[action.which % Math.max(1, model.length)] : sorted(model)[0]
          if (action.do === 'add') {
            const item = { slot: -1, key: action.key, name }
            heap.add(item)
            model.push(item)
          } else if (chosen !== undefined) {
            if (action.do === 'update') {
              chosen.key = action.key
              heap.update(chosen)
            } else {
              if (action.do === 'take') expect(heap.top).toBe(chosen)
              heap.remove(chosen)
              expect(chosen.slot).toBe(-1)
              model = model.filter((item) => item !== chosen)
            }
          }
          expect(heap.size).toBe(model.length)
          expect(heap.top).toBe(sorted(model)[0])
        }
        expect(new Set(model.map(({ slot }) => slot)).size).toBe(model.length)
        expect([...heap.inOrder()]).toEqual(sorted(model))
      }),
      { numRuns: 300 },
    )
  })
})
