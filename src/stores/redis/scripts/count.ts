/** How many records a list would have: from the counters, but for those of a job, which are walked. */

import { Script } from '../script.ts'
import { NEWEST_LIBRARY } from './newest-library.ts'
import { RECORDS_LIBRARY } from './records-library.ts'

export const COUNT = new Script(`${RECORDS_LIBRARY}${NEWEST_LIBRARY}
local total = 0
if job ~= '' then
  local more = walk(function()
    total = total + 1
    return false
  end)
  return {total, more}
end
for _, state in ipairs(call('SMEMBERS', P .. 'states:' .. kind)) do
  if anyState or states[state] then
    local field = kind .. ':' .. state .. (queue == '' and '' or ':' .. queue)
    total = total + (call('HGET', P .. 'counts', field) or 0)
  end
end
return {total, {}}
`)
