/**
 * Lua that walks lists newest first (by `at`, then by id, both from the highest): of a kind its states, of a job its
 * runs that are open, over or dead, put together. A script stops after `budget` records; the position of the
 * last one is where to go on.
 */

export const NEWEST_LIBRARY = `
local budget = 500
local kind, job, queue, at, id = take(), take(), take(), take(), take()
-- Of any state where no list was given, which is not an empty one.
local states, stateCount = takeSet()
local anyState = stateCount < 0

-- By bytes, as sorted sets do; Lua compares as the locale of the server says.
local function isBelow(left, right)
  for index = 1, math.min(#left, #right) do
    local a, b = string.byte(left, index), string.byte(right, index)
    if a ~= b then return a < b end
  end
  return #left < #right
end

-- How many members of a sorted set are before the position: found by bisection, however many have the same score.
local function below(key)
  if at == '' then return call('ZCARD', key) end
  local low = call('ZCOUNT', key, '-inf', '(' .. at)
  if id == '' then return low end
  local high, name = call('ZCOUNT', key, '-inf', at), kind .. ':' .. id
  while low < high do
    local middle = math.floor((low + high) / 2)
    if isBelow(call('ZRANGE', key, middle, middle)[1], name) then low = middle + 1 else high = middle end
  end
  return low
end

local sources, seen = {}, {}
local function addSource(key)
  if seen[key] then return end
  seen[key] = true
  local rank = below(key)
  if rank > 0 then sources[#sources + 1] = {key = key, rank = rank, page = {}} end
end
if job ~= '' then
  for _, standing in ipairs({'open', 'over', 'dead'}) do addSource(P .. standing .. ':job:' .. job) end
else
  for _, state in ipairs(call('SMEMBERS', P .. 'states:' .. kind)) do
    if anyState or states[state] then addSource(listKey(kind, state)) end
  end
end

-- The newest member of a source: a page is read from its end.
local function peek(source)
  if #source.page == 0 and source.rank > 0 then
    local first = math.max(source.rank - 50, 0)
    source.page = call('ZRANGE', source.key, first, source.rank - 1, 'WITHSCORES')
    source.rank = first
  end
  local size = #source.page
  if size == 0 then return nil end
  return source.page[size - 1], source.page[size]
end

local function isWanted(text)
  if anyState and queue == '' then return true end
  local place = placeIn(text)
  return (anyState or states[place.state]) and (queue == '' or queue == place.queue)
end

-- Visits names and records until a visit says that it is enough. The position to go on from, or nothing.
local function walk(visit)
  while true do
    local best, bestName, bestAt
    for _, source in ipairs(sources) do
      local member, score = peek(source)
      local isNewer = member and (not best or tonumber(score) > tonumber(bestAt)
        or (score == bestAt and isBelow(bestName, member)))
      if isNewer then best, bestName, bestAt = source, member, score end
    end
    if not best then return {} end
    if budget <= 0 then return {at, id} end
    budget = budget - 1
    at, id = bestAt, sub(bestName, #kind + 2)
    best.page[#best.page] = nil
    best.page[#best.page] = nil
    -- One that was evicted, or deleted by hand, is passed over.
    local text = call('GET', P .. bestName)
    if text and isWanted(text) and visit(bestName, text) then return {} end
  end
end
`
