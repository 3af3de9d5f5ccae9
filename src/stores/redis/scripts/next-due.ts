/** When the first record of each level is due: the earliest (empty text if none), and where to go on. */

import { Script } from '../script.ts'
import { DUE_LIBRARY } from './due-library.ts'
import { RECORDS_LIBRARY } from './records-library.ts'

export const NEXT_DUE = new Script(`${RECORDS_LIBRARY}${DUE_LIBRARY}
local earliest = ''
local more = walk(
  isFiltered and 50 or 1,
  function() return true end,
  function(_, text)
    local _, _, _, due = parse(text)
    if earliest == '' or tonumber(due) < tonumber(earliest) then earliest = due end
    return true
  end)
return {earliest, more}
`)
