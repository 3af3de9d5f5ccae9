/** The demo checks its own claims; here it is seen that it makes them, and that it cleans up. */

import { describe, expect, it } from 'vitest'
import { resultOf, startExample } from './run-example.ts'

describe('the demo', () => {
  it('shows that jobs survive kill -9, and each of its claims holds', { timeout: 40_000 }, async () => {
    const { status, stdout, stderr } = await resultOf(startExample('demo.ts', '--short'))
    expect({ status, stderr, refuted: stdout.match(/^ {2}NO .*/gm) }).toEqual({ status: 0, stderr: '', refuted: null })
    expect(stdout.match(/^ {2}yes .*/gm)).toHaveLength(10)
    expect(stdout).toMatch(/^ {2}rotate-log +\d+ +1 +\d+ coalesced$/m)
    expect(stdout).toMatch(/^ {2}reminder +1 +1 +-$/m)
  })

  it('leaves no process behind when it is interrupted', async () => {
    const demo = startExample('demo.ts', '--short')
    const result = resultOf(demo)
    demo.stdout?.on('data', (chunk) => {
      if (String(chunk).includes('measure-latency')) demo.kill('SIGINT')
    })
    expect(await result).toMatchObject({ status: 130, stderr: '' })
  })
})
