/**
 * Lua that walks what is due, level by level: a lane is one level, and of runs each priority of each queue is one. Where
 * many have to be passed over, a script stops after `budget` of them and says where to go on: the number of the queue,
 * the priority, and the rank there, and how many are still to be left out. Others may change the level meanwhile: what is then passed over is found when it is
 * asked for again.
 */

export const DUE_LIBRARY = `
local budget = 500
local lane, before = take(), take()
local functions, functionCount = takeSet()
local jobs, jobCount = takeSet()
local fromQueue, fromPriority, fromRank, skip = tonumber(take()), take(), tonumber(take()), tonumber(take())
local queues = takeList()
local isFiltered = functionCount + jobCount > 0

local function isWanted(name, text)
  if not isFiltered then return true end
  local place, job = placeIn(text)
  return not functions[place.functionRef] and not jobs[lane == 'job' and sub(name, 5) or job]
end

-- Visits the records of one level that are due and wanted, a page at a time, until a visit says that it is enough. The
-- rank at which the budget was used up, or nil.
local function walkLevel(key, rank, size, visit)
  local due = call('ZCOUNT', key, '-inf', before)
  if not isFiltered then
    local left = math.min(skip, math.max(0, due - rank))
    rank, skip = rank + left, skip - left
  end
  while rank < due do
    local members, names, keys = call('ZRANGE', key, rank, math.min(rank + size, due) - 1), {}, {}
    -- Removed meanwhile, by this very walk.
    if #members == 0 then return nil end
    for index = 1, #members do
      local name = sub(members[index], 18)
      names[index], keys[index] = name, P .. name
    end
    local texts, gone = read(keys, 1), {}
    for index = 1, #members do
      if budget <= 0 then return rank end
      budget, rank = budget - 1, rank + 1
      local name, text = names[index], texts[index]
      -- Evicted, or deleted by hand: what is gone must not be due for ever.
      if not text then gone[#gone + 1] = members[index]
      elseif isWanted(name, text) then
        if skip > 0 then skip = skip - 1
        elseif visit(name, text) then return nil end
      end
    end
    if #gone > 0 then
      call('ZREM', key, unpack(gone))
      rank, due = rank - #gone, due - #gone
    end
  end
end

-- Walks every level from where it was left, in pages of some size. The place to go on from, or nothing. Each level begins
-- with beginLevel(), which says whether it is wanted at all.
local function walk(size, beginLevel, visit)
  if lane ~= 'run' then
    local rank = beginLevel() and walkLevel(P .. 'due:' .. lane, fromRank, size, visit)
    return rank and {1, '', rank, skip} or {}
  end
  for number = fromQueue, #queues do
    local queue = queues[number]
    for _, priority in ipairs(call('ZREVRANGE', P .. 'priorities:' .. queue, 0, -1)) do
      local isFrom = number == fromQueue and fromPriority ~= ''
      if not isFrom or tonumber(priority) <= tonumber(fromPriority) then
        if not beginLevel() then return {} end
        local first = isFrom and priority == fromPriority and fromRank or 0
        local rank = walkLevel(P .. 'due:run:' .. priority .. ':' .. queue, first, size, visit)
        if rank then return {number, priority, rank, skip} end
      end
    end
  end
  return {}
end
`
