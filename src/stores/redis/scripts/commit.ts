/**
 * Guarded changes: the steps of a batch in order, each sees those before it. The keys are those of the records in the
 * order in which the steps take them, which are read at once. A step on the next key is
 *
 *   + version at due place status spec     adds a record
 *   - expect                               removes it
 *   <patch> expect [status] [spec]         changes it
 *   = expect                               changes it just as the one before
 *   & version at due place status spec     adds a record with the step before, if that was applied
 *
 * A patch is text, the same for all that are moved alike: `<field>=<value>` of each field, and `status` or `spec` where
 * the text follows. The answer names what was not simply applied: the number of a step that was refused, or a list of the
 * number and the names of the records to add with it that existed. What is news to other processes is published with the
 * change itself, on the channel given first, as the id of its author given second; no author, no news.
 */

import { Script } from '../script.ts'
import { CHANGES_LIBRARY } from './changes-library.ts'
import { RECORDS_LIBRARY } from './records-library.ts'

export const COMMIT = new Script(`${RECORDS_LIBRARY}${CHANGES_LIBRARY}
local channel, author = take(), take()
local wanted = {}
for index = 2, #KEYS do wanted[index - 1] = KEYS[index] end
load(wanted)

local function add(number)
  local first = argument + 1
  argument = argument + 6
  if after[number] then return false end
  local version, at, due, place, status, spec = unpack(ARGV, first, argument)
  local record = {nil, version, at, due, '', '', placeOf(place), '', 1, ''}
  setStatus(record, status)
  setSpec(record, spec)
  after[number] = record
  return true
end

-- Fields of a place that stay are taken from the place before. It is worked out once for each.
local patches = {}
local function patchOf(text)
  local patch = patches[text]
  if patch then return patch end
  patch = {places = {}, fields = {}}
  for field, value in string.gmatch(text, '(%a+)=([^ ]*)') do patch.fields[field] = value end
  patch.status, patch.spec = string.find(text, ' status', 1, true) ~= nil, string.find(text, ' spec', 1, true) ~= nil
  patches[text] = patch
  return patch
end
local function placeAfter(place, patch)
  local after = patch.places[place]
  if after then return after end
  local fields = setmetatable(patch.fields, {__index = place})
  after = placeOf(place.kind .. ' ' .. fields.lane .. ' ' .. fields.state .. ' ' .. place.jobId .. ' '
    .. fields.functionRef .. ' ' .. fields.queue .. ' ' .. fields.priority)
  patch.places[place] = after
  return after
end

local versions = {}
local function versionAfter(version)
  local after = versions[version]
  if not after then
    after = format('%d', tonumber(version) + 1)
    versions[version] = after
  end
  return after
end

local patch, status, spec
local function change(number, text)
  local expect = ARGV[argument + 1]
  argument = argument + 1
  if text ~= '=' then
    patch = patchOf(text)
    status, spec = patch.status and take(), patch.spec and take()
  end
  local old = after[number]
  if not old or old[VERSION] ~= expect then return false end
  local fields, place = patch.fields, old[PLACE]
  local new = {old[SEQ], versions[expect] or versionAfter(expect), fields.at or old[AT], fields.due or old[DUE],
    old[STATUS], old[SPEC], patch.places[place] or placeAfter(place, patch), old[TEXT], old[START], old[SIZE],
    old[NEW_STATUS], old[NEW_SPEC]}
  if status then setStatus(new, status) end
  if spec then setSpec(new, spec) end
  after[number] = new
  return true
end

local function remove(number)
  local expect = take()
  if not after[number] or after[number][VERSION] ~= expect then return false end
  after[number] = nil
  return true
end

local results, step, isApplied, isNews, existing = {}, 0, false, false, nil
for _, key in ipairs(wanted) do
  local number = placeIn[key]
  argument = argument + 1
  local kind = ARGV[argument]
  if kind == '&' then
    if not isApplied then argument = argument + 6
    elseif not add(number) then
      if not existing then
        existing = {step}
        results[#results + 1] = existing
      end
      existing[#existing + 1] = sub(key, #P + 1)
    end
  else
    step, existing = step + 1, nil
    if kind == '+' then isApplied = add(number)
    elseif kind == '-' then isApplied = remove(number)
    else isApplied = change(number, kind) end
    if isApplied then isNews = true else results[#results + 1] = step end
  end
end
flush()
-- A user that may not publish may still commit.
if isNews and author ~= '' then redis.pcall('PUBLISH', channel, author) end
return results
`)
