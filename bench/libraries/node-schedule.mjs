/** node-schedule: jobs on one timer, fire times by the cron-parser 4 that it brings along. */

import { createRequire } from 'node:module'
import schedule from 'node-schedule'

const require = createRequire(import.meta.resolve('node-schedule'))
const cronParser = require('cron-parser')

export const compile = (expression, timezone) => ({
  expression: cronParser.parseExpression(expression, timezone === undefined ? {} : { tz: timezone }),
  last: undefined,
})

/** Its `next()` goes on from its own last result, so a chained call needs no `reset`. */
export const next = (compiled, after) => {
  if (after !== compiled.last) compiled.expression.reset(after)
  compiled.last = compiled.expression.next().toDate()
  return compiled.last
}

export const add = (expression, handler) => schedule.scheduleJob(expression, handler)
