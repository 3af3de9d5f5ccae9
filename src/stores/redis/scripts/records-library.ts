/**
 * Lua that every script begins with: how a record is kept.
 *
 * `KEYS[1]` is `{prefix}:`, the beginning of every key, in braces so that all of them share one slot of a cluster. A record
 * is one text under `<kind>:<id>`, its name, so that a batch of them is read and written by one command:
 *
 *   <sequence> <version> <at> <due> <status> <spec> <place>\n<text of the status><text of the spec>
 *
 * `sequence` says in which order records came, `status` and `spec` how many bytes their texts have. A text that is not
 * short has a key of its own instead, `status:<name>` or `spec:<name>`, so that a renewal does not write a large input
 * again; then there is `*` for its length, and in front of the whole.
 *
 * The place, but for the job, is what records of a batch have in common, and decides in which indexes they are; so what it
 * means is worked out once for all of them:
 *
 *   <kind> <lane> <state> <jobId> <functionRef> <queue> <priority>
 *
 * Its fields, and numbers, are text as they came, so that no number loses precision on its way through Lua; in fields, white
 * space and `%` are escaped as in URLs. Empty text is null.
 */

export const RECORDS_LIBRARY = String.raw`
local call, P = redis.call, KEYS[1]
local match, sub, byte = string.match, string.sub, string.byte

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

-- Whether a run in a state waits or is at work.
local function isOpen(state) return state == 'pending' or state == 'running' end

-- The list by at that records of a kind and a state are in: a claim moves a run from neither list nor level.
local function listKey(kind, state)
  if kind == 'run' and isOpen(state) then state = 'open' end
  return P .. 'list:' .. kind .. ':' .. state
end

-- What a place means: its fields, the keys of the indexes its records are in (by at, by due time), and what the keys of their
-- series begin with. The job is no part of it: what is of one job is put beside it.
local places = {}
local function placeOf(head, tail)
  local known = places[head]
  if not known then
    known = {}
    places[head] = known
  end
  local place = known[tail]
  if place then return place end
  local kind, lane, state = match(head, '^([^ ]*) ([^ ]*) ([^ ]*)$')
  local func, queue, priority = match(tail, '^([^ ]*) ([^ ]*) ([^ ]*)$')
  local isOver = lane == 'history'
  local standing = isOver and 'over' or isOpen(state) and 'open' or 'dead'
  place = {
    head = head, tail = tail, kind = kind, lane = lane, state = state, functionRef = func, queue = queue,
    priority = priority,
    list = listKey(kind, state),
    level = P .. 'due:' .. (lane == 'run' and 'run:' .. priority .. ':' .. queue or lane),
    ofJob = kind == 'run' and P .. standing .. ':job:' or nil,
    ofFunction = kind == 'run' and isOver and P .. 'over:function:' .. func or nil,
  }
  known[tail] = place
  return place
end

-- The series that a record is in: that of its job, or of its function where it has no job and is over.
local function seriesOf(place, job)
  if job == '' then return place.ofFunction end
  return place.ofJob and place.ofJob .. job
end

-- The fields of a record, its place and its job, and where its texts begin.
local function parse(text)
  local seq, version, at, due, status, spec, head, job, tail, start = match(text,
    '^%*?([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]* [^ ]* [^ ]*) ([^ ]*) ([^\n]*)\n()')
  return seq, version, at, due, status, spec, placeOf(head, tail), job, start
end
local function placeIn(text)
  local head, job, tail = match(text,
    '^[^ ]* [^ ]* [^ ]* [^ ]* [^ ]* [^ ]* ([^ ]* [^ ]* [^ ]*) ([^ ]*) ([^\n]*)\n')
  return placeOf(head, tail), job
end

-- A record as it is kept: its fields, and the texts that have no keys of their own.
local function textOf(seq, version, at, due, status, spec, place, job, shortStatus, shortSpec)
  local mark = (status == '*' or spec == '*') and '*' or ''
  return mark .. seq .. ' ' .. version .. ' ' .. at .. ' ' .. due .. ' ' .. status .. ' ' .. spec .. ' ' .. place.head
    .. ' ' .. job .. ' ' .. place.tail .. '\n' .. shortStatus .. shortSpec
end

-- A kept record with its long texts put in.
local function whole(name, text)
  if byte(text) ~= 42 then return text end
  local seq, version, at, due, status, spec, place, job, start = parse(text)
  local size = tonumber(status) or 0
  local statusText, specText = sub(text, start, start + size - 1), sub(text, start + size)
  if status == '*' then statusText = call('GET', P .. 'status:' .. name) or '' end
  if spec == '*' then specText = call('GET', P .. 'spec:' .. name) or '' end
  return textOf(
    seq, version, at, due, status ~= '' and #statusText or '', #specText, place, job, statusText, specText)
end

-- Visits a list, from a place on, in pieces that fit on the stack.
local function inPieces(list, first, visit)
  for from = first, #list, 1000 do visit(unpack(list, from, math.min(from + 999, #list))) end
end

-- The texts of records by a list of keys, from a place on, in order; false where there is none.
local function read(keys, first)
  if #keys - first < 1000 then return #keys >= first and call('MGET', unpack(keys, first)) or {} end
  local texts = {}
  inPieces(keys, first, function(...)
    for _, text in ipairs(call('MGET', ...)) do texts[#texts + 1] = text end
  end)
  return texts
end
`
