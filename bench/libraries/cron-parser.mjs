/** cron-parser: parsing and fire times only, on luxon. Cronwright reads strict crontab text with it. */

import { CronExpressionParser } from 'cron-parser'

export const compile = (expression, timezone) => ({
  expression: CronExpressionParser.parse(expression, timezone === undefined ? {} : { tz: timezone }),
  last: undefined,
})

/** Its `next()` goes on from its own last result, so a chained call needs no `reset`. */
export const next = (compiled, after) => {
  if (after !== compiled.last) compiled.expression.reset(after)
  compiled.last = compiled.expression.next().toDate()
  return compiled.last
}
