/** Removes some jobs; how many. None are left when it is none. */

import { Script } from '../script.ts'
import { CHANGES_LIBRARY } from './changes-library.ts'
import { RECORDS_LIBRARY } from './records-library.ts'

export const REMOVE_JOBS = new Script(`${RECORDS_LIBRARY}${CHANGES_LIBRARY}
local keys = {}
for _, state in ipairs(call('SMEMBERS', P .. 'states:job')) do
  local list = listKey('job', state)
  if #keys < 200 then
    for _, name in ipairs(call('ZRANGE', list, 0, 199 - #keys)) do
      keys[#keys + 1] = P .. name
      -- In case the job itself was evicted, or deleted by hand.
      leave(list, name)
    end
  end
end
removeAll(keys)
return #keys
`)
