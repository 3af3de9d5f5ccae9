/**
 * Something befalls a process at every call of its store, before and after the call took effect: it is killed and another
 * takes over, or it gets an error and goes on.
 */

import { describe, expect, it } from 'vitest'
import { DATABASES, type Database, memoryDatabase } from '../reliability/connections.ts'
import { crash } from './crash.ts'
import type { Mishap } from './mortal.ts'
import { violations } from './verdict.ts'

/**
 * What is wrong after lives with a mishap at one call each.
 *
 * @param isTried - whether a mishap at this call is tried
 */
async function wrongsOf(
  newDatabase: () => Database,
  kind: 'death' | 'error',
  isTried: (call: string, moment: Mishap['moment']) => boolean,
): Promise<{ lives: number; wrong: string[] }> {
  const { calls } = await crash(newDatabase())
  const wrong: string[] = []
  let lives = 0
  for (const [index, call] of calls.entries()) {
    for (const moment of ['before', 'after'] as const) {
      if (!isTried(call, moment)) continue
      lives += 1
      const { evidence } = await crash(newDatabase(), { call: index + 1, moment, kind })
      for (const violation of violations(evidence)) wrong.push(`${moment} call ${index + 1} (${call}): ${violation}`)
    }
  }
  return { lives, wrong }
}

/** A question leaves no trace, so it makes no difference on which side of it something happens. */
const anywhere = (call: string, moment: string): boolean => moment === 'before' || isChange(call)

const isChange = (call: string): boolean => /^(commit|trim)/.test(call)

describe.each(DATABASES)('a process on %s', (_name, newDatabase) => {
  it('to which nothing happens has nothing to answer for, and takes every step that a run can take', async () => {
    const { evidence, calls } = await crash(newDatabase())
    expect(violations(evidence)).toEqual([])
    const steps = ['add job', 'add run', 'fire', 'claim', 'take over', 'progress', 'retry', 'completed', 'cancelled']
    expect(steps.filter((step) => !calls.some((call) => call.includes(step)))).toEqual([])
    expect(calls.filter((call) => call.includes('hand back'))).toHaveLength(1)
  })

  it('that is killed at any call loses nothing and doubles nothing', { timeout: 240_000 }, async () => {
    const { lives, wrong } = await wrongsOf(newDatabase, 'death', anywhere)
    expect(wrong).toEqual([])
    expect(lives).toBeGreaterThan(60)
  })

  it('of which any change fails loses nothing and doubles nothing', { timeout: 240_000 }, async () => {
    const { lives, wrong } = await wrongsOf(newDatabase, 'error', isChange)
    expect(wrong).toEqual([])
    expect(lives).toBeGreaterThan(40)
  })
})

it('a process of which any question fails loses nothing and doubles nothing', { timeout: 240_000 }, async () => {
  const { wrong } = await wrongsOf(memoryDatabase, 'error', (call, moment) => moment === 'before' && !isChange(call))
  expect(wrong).toEqual([])
})
