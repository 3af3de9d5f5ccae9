/** Records by name, in order; empty text where there is none. */

import { Script } from '../script.ts'
import { RECORDS_LIBRARY } from './records-library.ts'

export const GET = new Script(`${RECORDS_LIBRARY}
local records = {}
for index, name in ipairs(ARGV) do records[index] = recordOf(name) or '' end
return records
`)
