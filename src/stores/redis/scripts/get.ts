/** Texts of records by name, in order; empty where there is none. */

import { Script } from '../script.ts'
import { RECORDS_LIBRARY } from './records-library.ts'

export const GET = new Script(`${RECORDS_LIBRARY}
local keys = {}
for index, name in ipairs(ARGV) do keys[index] = P .. name end
local texts = read(keys, 1)
for index, name in ipairs(ARGV) do texts[index] = texts[index] and whole(name, texts[index]) or '' end
return texts
`)
