/**
 * Removes the oldest finished runs of series beyond how many are to stay of each, with their logs. Says how many of the
 * series are done: a script stops after some removals.
 */

import { Script } from '../script.ts'
import { CHANGES_LIBRARY } from './changes-library.ts'
import { RECORDS_LIBRARY } from './records-library.ts'

export const TRIM = new Script(`${RECORDS_LIBRARY}${CHANGES_LIBRARY}
local budget, done, keys = 200, 0, {}
while argument < #ARGV do
  local series, keep = P .. take(), tonumber(take())
  local surplus = call('ZCARD', series) - keep
  if surplus > 0 then
    if budget <= 0 then break end
    for _, name in ipairs(call('ZRANGE', series, 0, math.min(surplus, budget) - 1)) do
      keys[#keys + 1] = P .. name
      keys[#keys + 1] = P .. 'log:' .. sub(name, 5)
      -- In case the run itself was evicted, or deleted by hand.
      leave(series, name)
    end
    budget = budget - surplus
    if budget < 0 then break end
  end
  done = done + 1
end
removeAll(keys)
return done
`)
