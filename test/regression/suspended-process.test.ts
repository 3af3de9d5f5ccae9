/** A process that the operating system stopped for a while - a closed laptop, a frozen container - in real time. */

import { setTimeout as wait } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { startChild } from './child-process.ts'

interface Past {
  readonly due: number
  readonly state: string
  readonly count: number
}

it('goes on where it was: no fire is lost silently, and none comes twice', async () => {
  const child = startChild('ticking.ts')
  await child.lines(8)
  child.kill('SIGSTOP')
  await wait(2_500)
  child.kill('SIGCONT')
  await child.lines(20)
  child.kill('SIGTERM')
  const { code, output } = await child.ended
  expect(code).toBe(0)

  const lines = output.trimEnd().split('\n')
  const history: Past[] = JSON.parse(lines.pop() ?? '[]')
  expect(new Set(lines).size).toBe(lines.length)
  expect(new Set(history.map(({ state }) => state))).toEqual(new Set(['completed', 'skipped']))
  const completed = history.filter(({ state }) => state === 'completed')
  expect(completed.map(({ due }) => `tick@${due}`).sort()).toEqual([...lines].sort())

  const dues = history.map(({ due }) => due).sort((a, b) => a - b)
  const fireTimes = ((dues.at(-1) ?? 0) - (dues[0] ?? 0)) / 100 + 1
  expect(history.reduce((sum, { count }) => sum + count, 0)).toBe(fireTimes)
  expect(fireTimes).toBeGreaterThan(40)
})
