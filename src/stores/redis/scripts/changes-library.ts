/**
 * Lua for the scripts that write. What is to be written is gathered, and written at the end by one command for all records
 * and one for each index. Nothing else writes, so that no script can leave an index behind.
 *
 *   list:<kind>:<state>          sorted sets of names by at; pending and running runs are together in list:run:open
 *   due:job, due:history         sorted sets by due time; members are <sequence>:<name>, so that what is due in the same
 *   due:run:<priority>:<queue>   millisecond is served first come, first served
 *   priorities:<queue>, queues   which of these there are
 *   open:job:<id>                sorted sets of names of runs by at: of a job, those that are pending or running, are over,
 *   over:job:<id>                or wait for a person; and of a function, enqueued without a job, over
 *   dead:job:<id>
 *   over:function:<name>
 *   counts                       hash, <kind>:<state> and <kind>:<state>:<queue> -> how many records
 *   states:<kind>                set of the states there ever were
 *   sequence                     the highest number that was given to a record
 *
 * What a record is called in `jobId`, `functionRef`, `queue` and `state` is escaped in keys as it is in the record.
 */

export const CHANGES_LIBRARY = `
-- Texts longer than this have a key of their own: Lua takes in each character of what it reads and writes.
local SHORT = 256

-- What is gathered: keys to delete and to set with their values; members to remove and to add with their scores, by index;
-- how often a place was left or taken, and the levels that were, with a place in each.
local gone, written, removed, added, tallies, left, taken
local function gather()
  gone, written, removed, added, tallies, left, taken = {}, {}, {}, {}, {}, {}, {}
end
gather()

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

-- The place of what is new, or is removed.
local NOWHERE = {}

-- Takes a record out of the indexes it was in and puts it where it belongs.
local function move(name, seq, job, place, at, due, newPlace, newAt, newDue)
  local level, newLevel = due ~= '' and place.level, newDue ~= '' and newPlace.level
  if level ~= newLevel or due ~= newDue then
    local member = seq .. ':' .. name
    if newLevel then enter(newLevel, newDue, member) end
    if level ~= newLevel then
      if newLevel then taken[newLevel] = newPlace end
      if level then
        leave(level, member)
        left[level] = place
      end
    end
  end
  if place ~= newPlace then
    if place ~= NOWHERE then tallies[place] = (tallies[place] or 0) - 1 end
    if newPlace ~= NOWHERE then tallies[newPlace] = (tallies[newPlace] or 0) + 1 end
  elseif at == newAt then return end
  if at ~= newAt or place.list ~= newPlace.list then shift(place.list, newPlace.list, newAt, name) end
  if at ~= newAt or place.ofJob ~= newPlace.ofJob or place.ofFunction ~= newPlace.ofFunction then
    shift(seriesOf(place, job), seriesOf(newPlace, job), newAt, name)
  end
end

-- What is said of a text in the record, as text; made once for each size.
local sizes = {}
local function sizeOf(text)
  local size = #text
  if size > SHORT then return '*' end
  local said = sizes[size]
  if not said then
    said = tostring(size)
    sizes[size] = said
  end
  return said
end
local function statusSizeOf(text) return text == '' and '' or sizeOf(text) end

-- Puts a text that is not short under a key of its own, or removes it from there.
local function keepLong(key, old, new, text)
  if new == '*' then written[#written + 1], written[#written + 2] = key, text
  elseif old == '*' then gone[#gone + 1] = key end
end

local function remove(key, name, text)
  local seq, _, at, due, status, spec, place, job = parse(text)
  gone[#gone + 1] = key
  if status == '*' then gone[#gone + 1] = P .. 'status:' .. name end
  if spec == '*' then gone[#gone + 1] = P .. 'spec:' .. name end
  move(name, seq, job, place, at, due, NOWHERE, nil, '')
end

local function writeIndexes()
  for key, members in pairs(removed) do
    inPieces(members, 1, function(...) call('ZREM', key, ...) end)
  end
  for key, members in pairs(added) do
    inPieces(members, 1, function(...) call('ZADD', key, ...) end)
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
  local counts, states = {}, {}
  local function count(field, by) counts[field] = (counts[field] or 0) + by end
  for place, by in pairs(tallies) do
    local name = place.kind .. ':' .. place.state
    count(name, by)
    count(name .. ':' .. place.queue, by)
    if by > 0 and not states[name] then
      states[name] = true
      call('SADD', P .. 'states:' .. place.kind, place.state)
    end
  end
  for field, by in pairs(counts) do
    if by ~= 0 and call('HINCRBY', P .. 'counts', field, by) == 0 then call('HDEL', P .. 'counts', field) end
  end
end

-- Writes what was gathered.
local function flush()
  inPieces(gone, 1, function(...) call('DEL', ...) end)
  inPieces(written, 1, function(...) call('MSET', ...) end)
  writeIndexes()
  writeCounters()
  gather()
end

local function removeAll(keys)
  for index, text in ipairs(read(keys, 1)) do
    local key = keys[index]
    if text then remove(key, sub(key, #P + 1), text) end
  end
  flush()
end
`
