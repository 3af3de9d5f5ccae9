/**
 * Lua that walks what is due, level by level: a lane is one level, and of runs each priority of each queue is one. Where
 * many have to be passed over, a script stops after `budget` of them and says where to go on: the number of the queue,
 * the priority, and the rank there. Others may change the level meanwhile: what is then passed over is found when it is
 * asked for again.
 */

export const DUE_LIBRARY = `
local budget = 500
local lane, before = take(), tonumber(take())
local functions, functionCount = takeSet()
local jobs, jobCount = takeSet()
local fromQueue, fromPriority, fromRank = tonumber(take()), take(), tonumber(take())
local queues = takeList()

local function isWanted(name)
  if functionCount + jobCount == 0 then return true end
  local found = call('HMGET', P .. name, 'functionRef', 'jobId')
  local job = lane == 'job' and string.sub(name, 5) or found[2]
  return not functions[found[1]] and not jobs[job]
end

-- Visits the names of one level that are due and wanted, until a visit says that it is enough. The rank at which the
-- budget was used up, or nil.
local function walkLevel(key, rank, visit)
  while true do
    local page = call('ZRANGE', key, rank, rank + 49, 'WITHSCORES')
    for index = 1, #page, 2 do
      if tonumber(page[index + 1]) > before then return nil end
      if budget <= 0 then return rank end
      budget, rank = budget - 1, rank + 1
      local name = string.sub(page[index], 18)
      if isWanted(name) and visit(name, page[index + 1], key, page[index]) then return nil end
    end
    if #page < 100 then return nil end
  end
end

-- Walks every level from where it was left. The place to go on from, or nothing. Each level begins with beginLevel(),
-- which says whether it is wanted at all.
local function walk(beginLevel, visit)
  if lane ~= 'run' then
    local rank = beginLevel() and walkLevel(P .. 'due:' .. lane, fromRank, visit)
    return rank and {1, '', rank} or {}
  end
  for number = fromQueue, #queues do
    local queue = queues[number]
    for _, priority in ipairs(call('ZREVRANGE', P .. 'priorities:' .. queue, 0, -1)) do
      local isFrom = number == fromQueue and fromPriority ~= ''
      if not isFrom or tonumber(priority) <= tonumber(fromPriority) then
        if not beginLevel() then return {} end
        local first = isFrom and priority == fromPriority and fromRank or 0
        local rank = walkLevel(P .. 'due:run:' .. priority .. ':' .. queue, first, visit)
        if rank then return {number, priority, rank} end
      end
    end
  end
  return {}
end
`
