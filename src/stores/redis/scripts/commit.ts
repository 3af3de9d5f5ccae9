/**
 * Guarded changes: the steps of a batch in order, each sees those before it. A step is
 *
 *   add     inserts name version ... priority status spec
 *   patch   inserts name expect fields (field value)...
 *   remove  inserts name expect
 *
 * followed by as many records to insert as `inserts` says. The answer has one item for each step: 0 refused, 1 applied,
 * or the ids of the inserts that existed. What is news to other processes is published with the change itself, on the
 * channel given first, as the id of its author given second; no author, no news.
 */

import { Script } from '../script.ts'
import { RECORDS_LIBRARY } from './records-library.ts'

export const COMMIT = new Script(`${RECORDS_LIBRARY}
local function takeRecord()
  local name, header = take(), {}
  for index = VERSION, PRIORITY do header[index] = take() end
  return name, header, take(), take()
end

local function add(name, header, status, spec)
  local key = P .. name
  if call('EXISTS', key) == 1 then return false end
  header[SEQ] = string.format('%016.0f', call('INCR', P .. 'sequence'))
  local values = {}
  for index, value in ipairs(header) do
    values[#values + 1] = FIELDS[index]
    values[#values + 1] = value
  end
  call('HSET', key, 'status', status, 'spec', spec, unpack(values))
  move(name, nil, header)
  return true
end

local function patch(name, before, fields)
  local after = {unpack(before)}
  after[VERSION] = string.format('%.0f', tonumber(before[VERSION]) + 1)
  for index = 1, #fields, 2 do
    local position = POSITION[fields[index]]
    if position <= SEQ then after[position] = fields[index + 1] end
  end
  call('HSET', P .. name, 'version', after[VERSION], unpack(fields))
  move(name, before, after)
end

local steps = {
  add = function() return add(takeRecord()) end,
  patch = function()
    local name, expect, fields = take(), take(), takeList()
    local header = headerOf(name)
    if not header or header[VERSION] ~= expect then return false end
    patch(name, header, fields)
    return true
  end,
  remove = function()
    local name, expect = take(), take()
    local header = headerOf(name)
    if not header or header[VERSION] ~= expect then return false end
    remove(name, header)
    return true
  end,
}

local channel, author, results, isNews = take(), take(), {}, false
while argument < #ARGV do
  local step, inserts = take(), tonumber(take())
  local isApplied, existing = steps[step](), {}
  for _ = 1, inserts do
    local name, header, status, spec = takeRecord()
    if isApplied and not add(name, header, status, spec) then
      existing[#existing + 1] = string.match(name, '^%a+:(.*)$')
    end
  end
  results[#results + 1] = #existing > 0 and existing or (isApplied and 1 or 0)
  isNews = isNews or isApplied
end
writeCounts()
-- A user that may not publish may still commit.
if isNews and author ~= '' then redis.pcall('PUBLISH', channel, author) end
return results
`)
