/** How late runs were started, as bars over classes that double. */

import { element, escaped, tip } from './markup.ts'

const CLASSES_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, Number.POSITIVE_INFINITY] as const
const BAR = 46
const HEIGHT = 120

export function histogram(lateness: readonly number[]): string {
  const counts = CLASSES_MS.map((limit, index) => {
    const above = CLASSES_MS[index - 1] ?? Number.NEGATIVE_INFINITY
    return lateness.filter((late) => late > above && late <= limit).length
  })
  const most = Math.max(1, ...counts)
  const bars = counts.map((count, index) => {
    const height = Math.ceil((count / most) * HEIGHT)
    const limit = CLASSES_MS[index] ?? 0
    const name = Number.isFinite(limit) ? `${limit}` : 'more'
    const x = index * BAR
    return (
      element('rect', { x, y: HEIGHT - height + 14, width: BAR - 4, height, class: 'bar' }, tip(`${count} runs`)) +
      element('text', { x, y: HEIGHT - height + 10, class: 'tick' }, count === 0 ? '' : escaped(count)) +
      element('text', { x, y: HEIGHT + 28, class: 'tick' }, escaped(name))
    )
  })
  const width = CLASSES_MS.length * BAR
  return element('svg', { viewBox: `0 0 ${width} ${HEIGHT + 34}`, width, height: HEIGHT + 34 }, bars.join(''))
}
