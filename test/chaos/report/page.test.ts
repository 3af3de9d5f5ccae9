/** The page shows what a person looks for first. */

import { expect, it } from 'vitest'
import { Facts } from '../../checks/facts.ts'
import { goodHistory } from '../../checks/good-history.ts'
import { violationsOf } from '../../checks/index.ts'
import { pageOf } from './page.ts'

function page(history = goodHistory()): string {
  return pageOf({
    title: 'redis, seed <7>',
    command: 'npm run chaos -- --store redis --seed 7',
    facts: new Facts(history),
    violations: violationsOf(history),
    figures: { 'due times': 60 },
    lateness: [1, 3, 40, 2_500],
    errors: ['p1: no connection'],
  })
}

it('names the verdict, the command, each process and job, and escapes what it is given', () => {
  const text = page()
  for (const part of ['every promise was kept', 'npm run chaos -- --store redis --seed 7', '>p1<', '>tick<'])
    expect(text).toContain(part)
  expect(text).toContain('redis, seed &lt;7&gt;')
})

it('marks the run that a violation names', () => {
  const history = goodHistory()
  const run = history.runs.find(({ jobId }) => jobId === 'tick')
  history.runs = history.runs.filter((other) => other !== run)
  const text = page(history)
  expect(text).toContain('violations')
  expect(text).toMatch(new RegExp(`class="due bad"><title>${run?.id}: no record`))
})
