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
-- Texts longer than this have a key of their own: Lua takes in each character of what it reads and writes.
local SHORT = 256

-- The records that this script may change, by their place in this list of keys: as they were, and as they are to be; nil
-- where there is none.
local keys, before, after, placeIn = {}, {}, {}, {}

local function load(wanted)
  local texts = read(wanted)
  for index = 1, #wanted do
    local key, text = wanted[index], texts[index]
    if not placeIn[key] then
      local number = #keys + 1
      local record = text and parse(text) or nil
      keys[number], placeIn[key], before[number], after[number] = key, number, record, record
    end
  end
end

-- Sizes as text; made once for each.
local sizes = {}
local function sizeOf(text)
  local size = sizes[#text]
  if not size then
    size = tostring(#text)
    sizes[#text] = size
  end
  return size
end
local function setStatus(record, text)
  record[STATUS], record[NEW_STATUS] = #text > SHORT and '*' or text ~= '' and sizeOf(text) or '', text
end
local function setSpec(record, text)
  record[SPEC], record[NEW_SPEC] = #text > SHORT and '*' or sizeOf(text), text
end

-- Arguments of commands, by key.
local removed, added = {}, {}
local function leave(key, member)
  local list = removed[key]
  if list then list[#list + 1] = member else removed[key] = {member} end
end
local function enter(key, score, member)
  local list = added[key]
  if not list then
    added[key] = {score, member}
    return
  end
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

-- Takes a record out of the indexes it was in and puts it where it belongs: NONE for what is new, or is removed.
local NONE = {}
NONE[PLACE] = {}
local function move(name, old, new)
  local a, b, seq, due, at = old[PLACE], new[PLACE], new[SEQ], new[DUE], new[AT]
  if a == b and due ~= '' and due ~= old[DUE] and at == old[AT] and seq == old[SEQ] then
    -- Claimed within its place, or renewed.
    enter(a.level, due, seq .. ':' .. name)
    if old[DUE] == '' then taken[a.level] = a end
    return
  end
  if a ~= b then
    if old ~= NONE then tallies[a] = (tallies[a] or 0) - 1 end
    if new ~= NONE then tallies[b] = (tallies[b] or 0) + 1 end
  end
  local isNewAt = at ~= old[AT]
  if isNewAt or a.list ~= b.list then shift(a.list, b.list, at, name) end
  if isNewAt or a.series ~= b.series then shift(a.series, b.series, at, name) end
  local level, nextLevel, isNewMember = old[DUE] ~= '' and a.level, due ~= '' and b.level, seq ~= old[SEQ]
  if level ~= nextLevel or due ~= old[DUE] or isNewMember then
    local member = seq and seq .. ':' .. name
    if level and (level ~= nextLevel or isNewMember) then
      leave(level, isNewMember and old[SEQ] .. ':' .. name or member)
    end
    if nextLevel then enter(nextLevel, due, member) end
    if level ~= nextLevel then
      if level then left[level] = a end
      if nextLevel then taken[nextLevel] = b end
    end
  end
end

-- Writes the long texts of a record, and removes those that it has no more.
local gone, written = {}, {}
local function keepLong(key, old, new, text)
  if new == '*' then
    if text then written[#written + 1], written[#written + 2] = key, text end
  elseif old == '*' then gone[#gone + 1] = key end
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
  for number = 1, #keys do
    if after[number] and not after[number][SEQ] then newcomers = newcomers + 1 end
  end
  local sequence = newcomers > 0 and call('INCRBY', P .. 'sequence', newcomers) - newcomers or 0
  for number = 1, #keys do
    local key, old, new = keys[number], before[number] or NONE, after[number] or NONE
    if old ~= new then
      local name = sub(key, #P + 1)
      if new == NONE then gone[#gone + 1] = key
      else
        if not new[SEQ] then
          sequence = sequence + 1
          new[SEQ] = format('%016d', sequence)
        end
        written[#written + 1], written[#written + 2] = key, textOf(new)
      end
      if old[STATUS] == '*' or new[STATUS] == '*' then
        keepLong(P .. 'status:' .. name, old[STATUS], new[STATUS], new[NEW_STATUS])
      end
      if old[SPEC] == '*' or new[SPEC] == '*' then
        keepLong(P .. 'spec:' .. name, old[SPEC], new[SPEC], new[NEW_SPEC])
      end
      move(name, old, new)
    end
  end
  inPieces(gone, function(...) call('DEL', ...) end)
  inPieces(written, function(...) call('MSET', ...) end)
  writeIndexes()
  writeCounters()
end

-- Removes everything that was loaded.
local function removeAll()
  for number = 1, #keys do after[number] = nil end
  flush()
end
`
