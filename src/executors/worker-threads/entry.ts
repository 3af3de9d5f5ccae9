/**
 * The code inside a worker thread: takes the task from the run's port, calls its handler, and says how it ended. The
 * handler's module is loaded once in each thread.
 */

import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import { SerializationError } from '../../errors.ts'
import { loadHandler } from '../async-executor.ts'
import { type Ending, endingOf, endingOfError, type ThreadTask } from './protocol.ts'
import { ThreadContext } from './thread-context.ts'

/** Runs one task. Called by the pool; never rejects, so that no handler harms its thread. */
export default async function runTask(port: MessagePort): Promise<void> {
  const task: ThreadTask = receiveMessageOnPort(port)?.message
  const context = new ThreadContext(port)
  context.post({ type: 'started' })
  const ending = await call(task, context)
  context.flush()
  try {
    context.post({ type: 'ended', ending })
  } catch {
    const value = ending.kind === 'threw' ? ending.error : ending.output
    const error = new SerializationError('output', value, 'must be data that can pass between threads')
    context.post({ type: 'ended', ending: endingOfError(error) })
  }
}

async function call({ module, name, input, run }: ThreadTask, context: ThreadContext): Promise<Ending> {
  try {
    const handler = await loadHandler({ module, name })
    return endingOf(await handler(input as never, context.of(run)))
  } catch (error) {
    return endingOfError(error)
  }
}
