/** node-cron: its own engine, one timer a task. */

import { createTask, schedule } from 'node-cron'

export const compile = (expression, timezone) =>
  createTask(expression, noop, timezone === undefined ? {} : { timezone })

/** The public `getNextRuns()` starts from now only; this is the function it calls. */
export const next = (task, after) => task.timeMatcher.getNextMatch(after)

export const add = (expression, handler) => schedule(expression, handler)

function noop() {}
