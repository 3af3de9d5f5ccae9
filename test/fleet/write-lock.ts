/**
 * The one writer that a SQLite database has: as long as it writes, all others wait. It is a process of its own, because who
 * waits for the lock keeps its thread: were it held in the process of the fleet's office, that could not give it back.
 */

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('./write-lock-holder.ts', import.meta.url))

/** Takes the write lock. Gives it back when what it resolves with is called. @throws Error when it is not to be had */
export async function holdWriteLock(url: string): Promise<() => void> {
  const holder = fork(PROGRAM, [url.slice('sqlite:'.length)], { execArgv: ['--import', 'tsx'] })
  const ended = once(holder, 'exit').then(() => 'ended')
  if ((await Promise.race([once(holder, 'message'), ended])) === 'ended') {
    throw new Error('the write lock was not to be had')
  }
  // Nothing was written, so there is nothing to lose.
  return () => void holder.kill('SIGKILL')
}
