/** Removes some jobs; how many. None are left when it is none. */

import { Script } from '../script.ts'
import { RECORDS_LIBRARY } from './records-library.ts'

export const REMOVE_JOBS = new Script(`${RECORDS_LIBRARY}
local removed = 0
for _, state in ipairs(call('SMEMBERS', P .. 'states:job')) do
  local list = P .. 'list:job:' .. state
  for _, id in ipairs(call('ZRANGE', list, 0, 199 - removed)) do
    local header = headerOf('job:' .. id)
    if header then remove('job:' .. id, header) end
    -- In case the job itself was evicted, or deleted by hand.
    call('ZREM', list, id)
    removed = removed + 1
  end
  if removed >= 200 then break end
end
writeCounts()
return removed
`)
