/** Where a time is drawn: the course from left to right. */

import { element } from './markup.ts'

export const WIDTH = 1_400
/** Left of it stand the names of the lanes. */
export const MARGIN = 130

const TICKS = [1, 2, 5, 10, 15, 30, 60, 120, 300] as const
const MOST_TICKS = 20

export class TimeAxis {
  readonly from: number
  readonly to: number

  /** @param from - and `to`: ms of true time */
  constructor(from: number, to: number) {
    this.from = from
    this.to = Math.max(to, from + 1)
  }

  x(at: number): number {
    const inside = Math.min(Math.max(at, this.from), this.to)
    return Math.round((MARGIN + ((inside - this.from) / (this.to - this.from)) * (WIDTH - MARGIN)) * 10) / 10
  }

  /** At least as wide as can be seen. */
  width(from: number, to: number): number {
    return Math.max(1, Math.round((this.x(to) - this.x(from)) * 10) / 10)
  }

  /** Lines at whole seconds through the lanes, with their numbers on top. */
  grid(height: number): string {
    const seconds = (this.to - this.from) / 1_000
    const step = TICKS.find((tick) => seconds / tick <= MOST_TICKS) ?? 600
    let drawn = ''
    for (let second = 0; second <= seconds; second += step) {
      const x = this.x(this.from + second * 1_000)
      drawn += element('line', { x1: x, x2: x, y1: 14, y2: height, class: 'grid' })
      drawn += element('text', { x, y: 10, class: 'tick' }, `${second} s`)
    }
    return drawn
  }
}
