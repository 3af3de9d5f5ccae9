/**
 * Lua that every script begins with: how a record is kept, and its places in the indexes. Only these functions write, so
 * that no script can leave an index behind.
 *
 * `KEYS[1]` is `{prefix}:`, the beginning of every key, in braces so that all of them share one slot of a cluster:
 *
 *   <kind>:<id>                  hash, one record
 *   list:<kind>:<state>          sorted set of ids by `at`
 *   due:job, due:history         sorted sets by due time; members are <seq>:<kind>:<id>, so that what is due in the same
 *   due:run:<priority>:<queue>   millisecond is served first come, first served
 *   priorities:<queue>, queues   which of these there are
 *   open:job:<id>                sorted sets of runs by `at`: of a job, not over and over; and of a function, enqueued
 *   over:job:<id>                without a job, over
 *   over:function:<name>
 *   active                       hash, job -> how many runs are pending or running
 *   counts                       hash, <kind>:<state>:<queue> -> how many records
 *   states:<kind>                set of the states there ever were
 *   sequence                     number of the newest record
 *
 * Values are text as they came, so that no number loses precision on its way through Lua. Empty text is null.
 */

export const RECORDS_LIBRARY = `
local call, P = redis.call, KEYS[1]
local FIELDS = {'version', 'lane', 'due', 'state', 'at', 'jobId', 'functionRef', 'queue', 'priority', 'seq',
  'status', 'spec'}
local VERSION, LANE, DUE, STATE, AT, JOB, FUNCTION, QUEUE, PRIORITY, SEQ = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
local HEADER = {unpack(FIELDS, 1, SEQ)}
local POSITION = {}
for position, name in ipairs(FIELDS) do POSITION[name] = position end

-- Position in the list of arguments.
local argument = 0
local function take()
  argument = argument + 1
  return ARGV[argument]
end
local function takeList()
  local list = {}
  for index = 1, tonumber(take()) do list[index] = take() end
  return list
end
-- A set, and the size that was given for it.
local function takeSet()
  local set, size = {}, tonumber(take())
  for _ = 1, size do set[take()] = true end
  return set, size
end

-- A record's name is <kind>:<id>. Nil where there is none; a whole record ends with its name.
local function headerOf(name)
  local header = call('HMGET', P .. name, unpack(HEADER))
  return header[VERSION] and header or nil
end
local function recordOf(name)
  local record = call('HMGET', P .. name, unpack(FIELDS))
  if not record[VERSION] then return nil end
  record[#FIELDS + 1] = name
  return record
end

-- What is added to counters is gathered, and written once by each script.
local changes = {counts = {}, active = {}}
local function count(hash, field, by)
  changes[hash][field] = (changes[hash][field] or 0) + by
end
local function writeCounts()
  for hash, fields in pairs(changes) do
    for field, by in pairs(fields) do
      if by ~= 0 and call('HINCRBY', P .. hash, field, by) == 0 then call('HDEL', P .. hash, field) end
    end
  end
end

-- The key of the index that a record is in, by its state, its due time, its series; nil where it is in none.
local function listOf(kind, header)
  return header and P .. 'list:' .. kind .. ':' .. header[STATE]
end
local function dueOf(header)
  if not header or header[DUE] == '' then return nil end
  if header[LANE] ~= 'run' then return P .. 'due:' .. header[LANE] end
  return P .. 'due:run:' .. header[PRIORITY] .. ':' .. header[QUEUE]
end
local function seriesOf(header)
  if not header then return nil end
  local job, isOver = header[JOB], header[LANE] == 'history'
  if job ~= '' then return P .. (isOver and 'over:job:' or 'open:job:') .. job end
  return isOver and P .. 'over:function:' .. header[FUNCTION] or nil
end

-- Takes a member out of one sorted set and puts it into another, or gives it a score where they are the same.
local function shift(old, new, score, member)
  if old and old ~= new then call('ZREM', old, member) end
  if new then call('ZADD', new, score, member) end
end

-- Which lists and levels there are is written where a script first puts something into one. A level goes when it is empty.
local registered = {}
local function register(key, header, kind)
  if not key or registered[key] then return end
  registered[key] = true
  if kind then call('SADD', P .. 'states:' .. kind, header[STATE])
  elseif header[LANE] == 'run' then
    call('ZADD', P .. 'priorities:' .. header[QUEUE], header[PRIORITY], header[PRIORITY])
    call('SADD', P .. 'queues', header[QUEUE])
  end
end
local function leave(level, header)
  if not level or header[LANE] ~= 'run' or call('EXISTS', level) == 1 then return end
  registered[level] = nil
  local priorities = P .. 'priorities:' .. header[QUEUE]
  call('ZREM', priorities, header[PRIORITY])
  if call('EXISTS', priorities) == 0 then call('SREM', P .. 'queues', header[QUEUE]) end
end

local function tally(kind, header, by)
  local state, job = header[STATE], header[JOB]
  count('counts', kind .. ':' .. state .. ':' .. header[QUEUE], by)
  if kind == 'run' and job ~= '' and (state == 'pending' or state == 'running') then count('active', job, by) end
end

-- Takes a record out of the indexes it was in and puts it where it belongs: nil for what is new, or is removed.
local function move(name, before, after)
  local kind, id = string.match(name, '^(%a+):(.*)$')
  local a, b = before or {}, after or {}
  if a[STATE] ~= b[STATE] or a[AT] ~= b[AT] then
    local list = listOf(kind, after)
    shift(listOf(kind, before), list, b[AT], id)
    register(list, after, kind)
  end
  local old, new = dueOf(before), dueOf(after)
  if old ~= new or a[DUE] ~= b[DUE] then
    shift(old, new, b[DUE], (after or before)[SEQ] .. ':' .. name)
    register(new, after)
    if old ~= new then leave(old, before) end
  end
  if kind == 'run' and (a[LANE] ~= b[LANE] or a[AT] ~= b[AT] or a[FUNCTION] ~= b[FUNCTION]) then
    shift(seriesOf(before), seriesOf(after), b[AT], id)
  end
  if a[STATE] ~= b[STATE] or a[QUEUE] ~= b[QUEUE] then
    if before then tally(kind, before, -1) end
    if after then tally(kind, after, 1) end
  end
end

local function remove(name, header)
  call('DEL', P .. name)
  move(name, header, nil)
end
`
