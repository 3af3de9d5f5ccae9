/** A server that a battery starts for itself goes with the battery, however that is told to end. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { expect, it, onTestFinished } from 'vitest'

const PROGRAM = `
  const { launchServer } = await import(${JSON.stringify(new URL('../own-server.ts', import.meta.url).href)})
  const { process: server } = await launchServer('redis')
  console.log(server.pid)
  setInterval(() => undefined, 1_000)
`

it.each<NodeJS.Signals>(['SIGTERM', 'SIGINT', 'SIGHUP'])('a server ends with who started it by %s', async (signal) => {
  const battery = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', PROGRAM], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void battery.kill('SIGKILL'))
  const [printed] = await once(battery.stdout, 'data')
  const server = Number(printed)
  expect(isThere(server)).toBe(true)
  const ended = once(battery, 'exit')
  battery.kill(signal)
  expect(await ended).toEqual([null, signal])
  await expect.poll(() => isThere(server)).toBe(false)
})

/** A process whose parent is gone stays in the table until somebody asks for its end; it is over then. */
function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !isOver(pid)
  } catch {
    return false
  }
}

function isOver(pid: number): boolean {
  const path = `/proc/${pid}/stat`
  return existsSync(path) && /\) [ZX] /.test(readFileSync(path, 'utf8'))
}
