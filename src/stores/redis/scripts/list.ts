/** Name and text of records newest first, and where to go on if there may be more. */

import { Script } from '../script.ts'
import { NEWEST_LIBRARY } from './newest-library.ts'
import { RECORDS_LIBRARY } from './records-library.ts'

export const LIST = new Script(`${RECORDS_LIBRARY}${NEWEST_LIBRARY}
local limit, count, found = tonumber(take()), 0, {}
local more = walk(function(name, text)
  text = whole(name, text)
  found[#found + 1] = name
  found[#found + 1] = text
  count = count + 1
  budget = budget - math.floor(#text / 4096)
  return count >= limit
end)
return {found, more}
`)
