/** How many runs of each of some jobs are pending or running, in order. */

import { Script } from '../script.ts'

export const COUNT_ACTIVE = new Script(`
local counts = {}
for index, job in ipairs(ARGV) do counts[index] = redis.call('ZCARD', KEYS[1] .. 'open:job:' .. job) end
return counts
`)
