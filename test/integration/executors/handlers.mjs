/** Handlers that the tests of the worker-threads executor run on threads. */

import { execSync } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'
import { threadId } from 'node:worker_threads'
import { JobResult } from '../../../dist/jobs/result.js'

export default function echo(input) {
  return input
}

export const notAFunction = 1

export function thread() {
  return threadId
}

export function facts(_input, run) {
  const { signal, log, progress, count, checkpoint, ...rest } = run
  const types = [typeof log.info, typeof progress, typeof count, typeof checkpoint]
  return { ...rest, isAborted: signal.aborted, types }
}

export async function talk(_input, { log, progress }) {
  log.info({ step: 1 }, 'begun')
  progress(1, 3, 'one')
  progress(2, 3)
  await wait(250)
  progress(3, 3)
  log.warn({ callback: () => 0, step: 2 }, 'a field that cannot pass')
  return 'said'
}

export function reportOften(times, { progress }) {
  for (let done = 1; done <= times; done += 1) progress(done, times)
}

export function reportNonsense(what, run) {
  if (what === 'progress') run.progress(-1)
  if (what === 'count') run.count('')
  return run.checkpoint(() => 0)
}

export function logAll(_input, { log }) {
  for (const level of Object.keys(log)) log[level]({ of: level }, `a line of ${level}`)
  log.info('only text')
  log.info({ only: 'fields' })
  log.error(new RangeError('too far'))
}

export function countOften(times, { count }) {
  for (let item = 1; item <= times; item += 1) {
    count('all')
    if (item % 2 === 0) count('even')
  }
}

export async function checkpoint(_input, run) {
  const value = { done: [1] }
  run.count('done')
  const saving = run.checkpoint(value)
  value.done.push(2)
  await saving
  run.count('done')
  await run.checkpoint({ ...value, at: new Date(5) })
  return value.done.length
}

export async function checkpointRefused(_input, run) {
  return run.checkpoint('too late').catch(({ code, message }) => [code, message])
}

/** Fails once, and goes on from its checkpoint. */
export async function resume(_input, run) {
  run.log.info({ password: 'hunter2', reason: run.resume.reason }, 'begun')
  run.progress(run.attempt, 2)
  run.count('attempts')
  if (run.resume.isResuming) return run.resume.checkpoint
  await run.checkpoint({ at: new Date(7) })
  throw new Error('in the middle')
}

export function resultOf(kind) {
  switch (kind) {
    case 'success':
      return JobResult.success({ at: new Date(0) }, 'all well')
    case 'cancelled':
      return JobResult.cancelled('nothing to do')
    case 'failed':
      return JobResult.failed('not today')
    default:
      return JobResult.fromError(Object.assign(new RangeError('too far'), { code: 'E_FAR' }))
  }
}

export function fail() {
  throw Object.assign(new RangeError('out of range'), { code: 'E_RANGE' })
}

export function failWithText() {
  throw 'plain text'
}

export function returnFunction() {
  return { callback: () => 0 }
}

export function exit(code) {
  process.exit(code)
}

export async function throwLater() {
  setTimeout(() => {
    throw new TypeError('nobody catches this')
  }, 10)
  await wait(60_000)
}

export async function crashAfterwards() {
  setTimeout(() => {
    throw new TypeError('after the run')
  }, 20)
}

export function eatMemory() {
  const eaten = []
  for (;;) eaten.push(new Array(10_000).fill(0).map((_, index) => ({ index })))
}

export async function waitForAbort(_input, { signal, log }) {
  log.info({}, 'ready')
  await new Promise((resolve) => signal.addEventListener('abort', resolve))
  const { name, message, code } = signal.reason
  return { name, message, code }
}

export function spinUntilAborted(_input, { signal, log, progress }) {
  log.info({}, 'ready')
  for (let done = 0; !signal.aborted; done += 1) progress(done)
  return 'stopped by itself'
}

/** Counts into shared memory, so that a test sees whether it goes on. */
export function spinForEver(memory, { log }) {
  log.info({}, 'ready')
  for (;;) Atomics.add(memory, 0, 1)
}

export function busy() {
  for (;;) Math.random()
}

/** Stays inside a system call, which nothing can end, and leaves a file as a sign that it is there. */
export function block({ sign, seconds }) {
  execSync(`touch '${sign}'; sleep ${seconds}`)
}
