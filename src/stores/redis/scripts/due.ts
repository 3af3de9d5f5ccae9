/**
 * What is due: name and text of each record, and where to go on if there may be more. With `each`, the limit is that of
 * each level, for a caller that puts the levels together by due time.
 */

import { Script } from '../script.ts'
import { DUE_LIBRARY } from './due-library.ts'
import { RECORDS_LIBRARY } from './records-library.ts'

export const DUE = new Script(`${RECORDS_LIBRARY}${DUE_LIBRARY}
local limit, isEach, found, taken = tonumber(take()), take() == 'each', {}, 0
local more = walk(
  math.min(limit, 125),
  function()
    if isEach then taken = 0 end
    return taken < limit
  end,
  function(name, text)
    text = whole(name, text)
    found[#found + 1] = name
    found[#found + 1] = text
    taken = taken + 1
    -- Large records use up the budget, too.
    budget = budget - math.floor(#text / 4096)
    return taken >= limit
  end)
return {found, more}
`)
