/**
 * An indexed four-ary heap: the earliest item at the top, and any item can be moved or taken out in O(log n) because
 * it knows its place.
 */

/** What an item carries so that the heap can find it. Owned by the heap; -1 while in no heap. */
export interface HeapItem {
  slot: number
}

const ARITY = 4

export class IndexedHeap<T extends HeapItem> {
  readonly #items: T[] = []
  readonly #isBefore: (a: T, b: T) => boolean

  constructor(isBefore: (a: T, b: T) => boolean) {
    this.#isBefore = isBefore
  }

  get size(): number {
    return this.#items.length
  }

  /** The first item; undefined when empty. */
  get top(): T | undefined {
    return this.#items[0]
  }

  add(item: T): void {
    this.#items.push(item)
    this.#up(item, this.#items.length - 1)
  }

  /** Takes out an item of this heap. */
  remove(item: T): void {
    const slot = item.slot
    item.slot = -1
    const last = this.#items.pop()
    if (last === undefined || last === item) return
    this.#up(last, slot)
    this.#down(last, last.slot)
  }

  /** Restores the order after an item's key changed. */
  update(item: T): void {
    this.#up(item, item.slot)
    this.#down(item, item.slot)
  }

  /**
   * The items in order, one at a time and without changing the heap, which must not change meanwhile. Taking k of them
   * is O(k log k), however many there are.
   */
  *inOrder(): Generator<T, void> {
    const frontier = new Frontier<T>(this.#isBefore)
    for (let item = this.#items[0]; item !== undefined; item = frontier.take()) {
      yield item
      const start = item.slot * ARITY + 1
      for (let slot = start; slot < start + ARITY; slot += 1) {
        const child = this.#items[slot]
        if (child === undefined) break
        frontier.add(child)
      }
    }
  }

  /** The first item that `accepts`, which is the earliest where it accepts all. O(1) then, and a scan at worst. */
  find(accepts: (item: T) => boolean): T | undefined {
    return this.#items.find(accepts)
  }

  #up(item: T, from: number): void {
    let slot = from
    while (slot > 0) {
      const parentSlot = (slot - 1) >> 2
      const parent = this.#items[parentSlot]
      if (parent === undefined || !this.#isBefore(item, parent)) break
      this.#place(parent, slot)
      slot = parentSlot
    }
    this.#place(item, slot)
  }

  #down(item: T, from: number): void {
    let slot = from
    for (;;) {
      const next = this.#earliestChild(slot)
      if (next === undefined || !this.#isBefore(next, item)) break
      const nextSlot = next.slot
      this.#place(next, slot)
      slot = nextSlot
    }
    this.#place(item, slot)
  }

  #earliestChild(slot: number): T | undefined {
    const start = slot * ARITY + 1
    let earliest = this.#items[start]
    for (let child = start + 1; child < start + ARITY; child += 1) {
      const item = this.#items[child]
      if (item === undefined || earliest === undefined) break
      if (this.#isBefore(item, earliest)) earliest = item
    }
    return earliest
  }

  #place(item: T, slot: number): void {
    this.#items[slot] = item
    item.slot = slot
  }
}

/** A plain binary heap of items that stay where they are in another heap. */
class Frontier<T> {
  readonly #items: T[] = []
  readonly #isBefore: (a: T, b: T) => boolean

  constructor(isBefore: (a: T, b: T) => boolean) {
    this.#isBefore = isBefore
  }

  add(item: T): void {
    let slot = this.#items.push(item) - 1
    while (slot > 0) {
      const parentSlot = (slot - 1) >> 1
      const parent = this.#items[parentSlot] as T
      if (!this.#isBefore(item, parent)) break
      this.#items[slot] = parent
      slot = parentSlot
    }
    this.#items[slot] = item
  }

  take(): T | undefined {
    const first = this.#items[0]
    const last = this.#items.pop()
    if (last === undefined || this.#items.length === 0) return first
    let slot = 0
    for (;;) {
      let child = slot * 2 + 1
      if (child >= this.#items.length) break
      const right = child + 1
      if (right < this.#items.length && this.#isBefore(this.#items[right] as T, this.#items[child] as T)) child = right
      if (!this.#isBefore(this.#items[child] as T, last)) break
      this.#items[slot] = this.#items[child] as T
      slot = child
    }
    this.#items[slot] = last
    return first
  }
}
