/**
 * Lua for the scripts that write. Records are loaded, changed in memory as often as a batch says, and written back at the
 * end together with all indexes: each command is sent once for all records of the script. Nothing else writes, so that no
 * script can leave an index behind.
 *
 *   list:<kind>:<state>          sorted sets of names by at; pending and running runs are together in list:run:open
 *   due:job, due:history         sorted sets by due time; members are <sequence>:<name>, so that what is due in the same
 *   due:run:<priority>:<queue>   millisecond is served first come, first served
 *   priorities:<queue>, queues   which of these there are
 *   open:job:<id>                sorted sets of names of runs by at: of a job, not over and over; and of a function,
 *   over:job:<id>                enqueued without a job, over
 *   over:function:<name>
 *   active                       hash, job -> how many runs are pending or running
 *   counts                       hash, <kind>:<state> and <kind>:<state>:<queue> -> how many records
 *   states:<kind>                set of the states there ever were
 *   sequence                     number of the newest record
 *
 * What a record is called in `jobId`, `functionRef`, `queue` and `state` is escaped in keys as it is in the record.
 */

export const CHANGES_LIBRARY = `
-- Texts longer than this have a key of their own.
local SHORT = 1024

-- A unit is a record that this script may change: its name, and the record before and after; nil where there is none.
local NAME, BEFORE, AFTER = 1, 2, 3
local units, unitOf = {}, {}

local function load(names)
  for index, text in ipairs(read(names)) do
    local name = names[index]
    if not unitOf[name] then
      local record = text and parse(text) or nil
      local unit = {name, record, record}
      units[#units + 1], unitOf[name] = unit, unit
    end
  end
end

local function setStatus(record, text)
  local spec = shortSpec(record)
  if #text > SHORT then record[STATUS], record[LONG_STATUS], record[BODY] = '*', text, spec
  else record[STATUS], record[LONG_STATUS], record[BODY] = text ~= '' and #text or '', nil, text .. spec end
end
local function setSpec(record, text)
  local status = shortStatus(record)
  if #text > SHORT then record[SPEC], record[LONG_SPEC], record[BODY] = '*', text, status
  else record[SPEC], record[LONG_SPEC], record[BODY] = #text, nil, status .. text end
end

-- Arguments of commands, by key.
local removed, added = {}, {}
local function listIn(lists, key)
  local list = lists[key]
  if not list then
    list = {}
    lists[key] = list
  end
  return list
end
local function leave(key, member)
  local list = listIn(removed, key)
  list[#list + 1] = member
end
local function enter(key, score, member)
  local list = listIn(added, key)
  local size = #list
  list[size + 1], list[size + 2] = score, member
end

-- Takes a member out of one sorted set and puts it into another, or gives it a score where they are the same.
local function shift(old, new, score, member)
  if old and old ~= new then leave(old, member) end
  if new then enter(new, score, member) end
end

local counters = {counts = {}, active = {}}
local function count(hash, field, by)
  local fields = counters[hash]
  fields[field] = (fields[field] or 0) + by
end
local function tally(place, by)
  local name = place.kind .. ':' .. place.state
  count('counts', name, by)
  count('counts', name .. ':' .. place.queue, by)
  if place.active then count('active', place.active, by) end
end

-- How often a place was left or taken, and the levels that were, which are registered.
local tallies, left, taken = {}, {}, {}

-- Takes a record out of the indexes it was in and puts it where it belongs: nil for what is new, or is removed.
local NONE = {}
local function move(name, before, after)
  local old, new = before or NONE, after or NONE
  local a, b = old[PLACE] or NONE, new[PLACE] or NONE
  local isElsewhere, isNewAt = a ~= b, old[AT] ~= new[AT]
  if isNewAt or a.list ~= b.list then shift(a.list, b.list, new[AT], name) end
  if isNewAt or a.series ~= b.series then shift(a.series, b.series, new[AT], name) end
  local isNewMember = old[SEQ] ~= new[SEQ]
  local level = before and old[DUE] ~= '' and a.level or nil
  local nextLevel = after and new[DUE] ~= '' and b.level or nil
  if isNewMember or level ~= nextLevel or old[DUE] ~= new[DUE] then
    if level and (isNewMember or level ~= nextLevel) then leave(level, old[SEQ] .. ':' .. name) end
    if nextLevel then enter(nextLevel, new[DUE], new[SEQ] .. ':' .. name) end
    if level ~= nextLevel then
      if level then left[level] = a end
      if nextLevel then taken[nextLevel] = b end
    end
  end
  if isElsewhere then
    if before then tallies[a] = (tallies[a] or 0) - 1 end
    if after then tallies[b] = (tallies[b] or 0) + 1 end
  end
end

-- Writes the long texts of a record, and removes those that it has no more.
local gone, written = {}, {}
local function keepLong(name, field, prefix, old, new, text)
  if new == '*' then
    if text then written[#written + 1], written[#written + 2] = P .. prefix .. name, text end
  elseif old == '*' then gone[#gone + 1] = P .. prefix .. name end
end

local function writeIndexes()
  for key, members in pairs(removed) do
    inPieces(members, function(...) call('ZREM', key, ...) end)
  end
  for key, members in pairs(added) do
    inPieces(members, function(...) call('ZADD', key, ...) end)
  end
  for _, place in pairs(taken) do
    if place.lane == 'run' then
      call('ZADD', P .. 'priorities:' .. place.queue, place.priority, place.priority)
      call('SADD', P .. 'queues', place.queue)
    end
  end
  for level, place in pairs(left) do
    -- A level goes when it is empty.
    if place.lane == 'run' and call('EXISTS', level) == 0 then
      local priorities = P .. 'priorities:' .. place.queue
      call('ZREM', priorities, place.priority)
      if call('EXISTS', priorities) == 0 then call('SREM', P .. 'queues', place.queue) end
    end
  end
end

local function writeCounters()
  local states = {}
  for place, by in pairs(tallies) do
    if by ~= 0 then tally(place, by) end
    local name = place.kind .. ':' .. place.state
    if by > 0 and not states[name] then
      states[name] = true
      call('SADD', P .. 'states:' .. place.kind, place.state)
    end
  end
  for hash, fields in pairs(counters) do
    for field, by in pairs(fields) do
      if by ~= 0 and call('HINCRBY', P .. hash, field, by) == 0 then call('HDEL', P .. hash, field) end
    end
  end
end

-- Writes everything that was changed.
local function flush()
  local newcomers = 0
  for _, unit in ipairs(units) do
    if unit[AFTER] and not unit[AFTER][SEQ] then newcomers = newcomers + 1 end
  end
  local sequence = newcomers > 0 and call('INCRBY', P .. 'sequence', newcomers) - newcomers or 0
  for _, unit in ipairs(units) do
    local name, before, after = unit[NAME], unit[BEFORE], unit[AFTER]
    if before ~= after then
      local key = P .. name
      if after then
        if not after[SEQ] then
          sequence = sequence + 1
          after[SEQ] = string.format('%016.0f', sequence)
        end
        written[#written + 1], written[#written + 2] = key, textOf(after)
      else gone[#gone + 1] = key end
      local old, new = before or NONE, after or NONE
      keepLong(name, STATUS, 'status:', old[STATUS], new[STATUS], new[LONG_STATUS])
      keepLong(name, SPEC, 'spec:', old[SPEC], new[SPEC], new[LONG_SPEC])
      move(name, before, after)
    end
  end
  inPieces(gone, function(...) call('DEL', ...) end)
  inPieces(written, function(...) call('MSET', ...) end)
  writeIndexes()
  writeCounters()
end
`
