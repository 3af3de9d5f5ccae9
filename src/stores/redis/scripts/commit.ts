/**
 * Guarded changes: the steps of a batch in order, each sees those before it. First come the names of all records in the
 * order in which the steps take them, which are read at once; then the steps, each on the next name:
 *
 *   + version at due place status spec     adds a record
 *   - expect                               removes it
 *   <patch> expect [status] [spec]         changes it
 *   & version at due place status spec     adds a record with the step before, if that was applied
 *
 * A patch is the same text for all that are changed alike: `<field>=<value>` of each field, and `status` or `spec` where
 * the text follows. The answer names what was not simply applied: the number of a step that was refused, or a list of the
 * number and the names of the records to add with it that existed. What is news to other processes is published with the
 * change itself, on the channel given first, as the id of its author given second; no author, no news.
 */

import { Script } from '../script.ts'
import { CHANGES_LIBRARY } from './changes-library.ts'
import { RECORDS_LIBRARY } from './records-library.ts'

export const COMMIT = new Script(`${RECORDS_LIBRARY}${CHANGES_LIBRARY}
local channel, author, names = take(), take(), takeList()
load(names)

local function add(unit)
  local first = argument + 1
  argument = argument + 6
  if unit[AFTER] then return false end
  local version, at, due, place, status, spec = unpack(ARGV, first, argument)
  local record = {nil, version, at, due, '', 0, placeOf(place), ''}
  setStatus(record, status)
  setSpec(record, spec)
  unit[AFTER] = record
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
    after = string.format('%.0f', tonumber(version) + 1)
    versions[version] = after
  end
  return after
end

local function change(unit, text)
  local patch, expect = patchOf(text), take()
  local status, spec = patch.status and take(), patch.spec and take()
  local before = unit[AFTER]
  if not before or before[VERSION] ~= expect then return false end
  local at, due = patch.fields.at or before[AT], patch.fields.due or before[DUE]
  local after = {before[SEQ], versionAfter(expect), at, due, before[STATUS], before[SPEC],
    placeAfter(before[PLACE], patch), before[BODY], before[LONG_STATUS], before[LONG_SPEC]}
  if status then setStatus(after, status) end
  if spec then setSpec(after, spec) end
  unit[AFTER] = after
  return true
end

local function remove(unit)
  local expect = take()
  if not unit[AFTER] or unit[AFTER][VERSION] ~= expect then return false end
  unit[AFTER] = nil
  return true
end

local results, step, isApplied, isNews, existing = {}, 0, false, false, nil
for _, name in ipairs(names) do
  local unit, kind = unitOf[name], take()
  if kind == '&' then
    if not isApplied then argument = argument + 6
    elseif not add(unit) then
      if not existing then
        existing = {step}
        results[#results + 1] = existing
      end
      existing[#existing + 1] = name
    end
  else
    step, existing = step + 1, nil
    if kind == '+' then isApplied = add(unit)
    elseif kind == '-' then isApplied = remove(unit)
    else isApplied = change(unit, kind) end
    if not isApplied then results[#results + 1] = step end
    isNews = isNews or isApplied
  end
end
flush()
-- A user that may not publish may still commit.
if isNews and author ~= '' then redis.pcall('PUBLISH', channel, author) end
return results
`)
