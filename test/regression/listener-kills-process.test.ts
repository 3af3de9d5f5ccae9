/** A listener that panicked took the process with it. */

import { expect, it } from 'vitest'
import { startChild } from './child-process.ts'

it('a process whose listeners throw and reject at every event lives on', async () => {
  const child = startChild('bad-listeners.ts')
  const { code, output } = await child.ended
  expect({ code, output }).toEqual({ code: 0, output: '3 runs\n' })
})
