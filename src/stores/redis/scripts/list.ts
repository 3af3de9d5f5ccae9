/** Records newest first, and where to go on if there may be more. */

import { Script } from '../script.ts'
import { NEWEST_LIBRARY } from './newest-library.ts'
import { RECORDS_LIBRARY } from './records-library.ts'

export const LIST = new Script(`${RECORDS_LIBRARY}${NEWEST_LIBRARY}
local limit, records = tonumber(take()), {}
local more = walk(function(name)
  local record = recordOf(name)
  if not record then return false end
  records[#records + 1] = record
  budget = budget - math.floor((#record[#FIELDS] + #record[#FIELDS - 1]) / 4096)
  return #records >= limit
end)
return {records, more}
`)
