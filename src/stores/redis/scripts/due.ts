/**
 * What is due: records, and where to go on if there may be more. With `each`, the limit is that of each level, for a
 * caller that puts the levels together by due time.
 */

import { Script } from '../script.ts'
import { DUE_LIBRARY } from './due-library.ts'
import { RECORDS_LIBRARY } from './records-library.ts'

export const DUE = new Script(`${RECORDS_LIBRARY}${DUE_LIBRARY}
local limit, isEach, records, taken = tonumber(take()), take() == 'each', {}, 0
local more = walk(
  function()
    if isEach then taken = 0 end
    return taken < limit
  end,
  function(name, _, key, member)
    local record = recordOf(name)
    if not record then
      -- Evicted, or deleted by hand: what is gone must not be due for ever.
      call('ZREM', key, member)
      return false
    end
    records[#records + 1] = record
    taken = taken + 1
    -- Large records use up the budget, too.
    budget = budget - math.floor((#record[#FIELDS] + #record[#FIELDS - 1]) / 4096)
    return taken >= limit
  end)
return {records, more}
`)
