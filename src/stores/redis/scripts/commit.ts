/**
 * Guarded changes: the steps of a batch in order, each sees those before it. The keys are those of the records in the
 * order in which the steps take them, which are read at once. A step on the next key is
 *
 *   +<version> <at> <due> <place>, status, spec     adds a record
 *   -, expect                                       removes it
 *   <patch>, expect, [status], [spec]               changes it
 *   =, expect                                       changes it just as the one before
 *   &<version> <at> <due> <place>, status, spec     adds a record with the step before, if that was applied
 *
 * A patch is `<field>=<value>` of each field, and `status` or `spec` where the text follows. What is the same text for many
 * records is worked out once. The answer names what was not simply applied: the number of a step that was refused, or a list of the
 * number and the names of the records to add with it that existed. What is news to other processes is published with the
 * change itself, on the channel given first, as the id of its author given second; no author, no news.
 */

import { Script } from '../script.ts'
import { CHANGES_LIBRARY } from './changes-library.ts'
import { RECORDS_LIBRARY } from './records-library.ts'

export const COMMIT = new Script(`${RECORDS_LIBRARY}${CHANGES_LIBRARY}
local channel, author = take(), take()

-- A record's number in the order of arrival: as many are taken at once as may be needed.
local sequence
local function nextSequence()
  sequence = sequence or call('INCRBY', P .. 'sequence', #KEYS) - #KEYS
  sequence = sequence + 1
  return string.format('%016d', sequence)
end

local heads = {}
local function headOf(step)
  local version, at, due, first, job, last =
    match(step, '^.([^ ]*) ([^ ]*) ([^ ]*) ([^ ]* [^ ]* [^ ]*) ([^ ]*) (.*)$')
  local head = {version, at, due, placeOf(first, last), job}
  heads[step] = head
  return head
end

local function add(key, text, step)
  local status, spec = ARGV[argument + 1], ARGV[argument + 2]
  argument = argument + 2
  if text then return false end
  local version, at, due, place, job = unpack(heads[step] or headOf(step))
  local name, seq = sub(key, #P + 1), nextSequence()
  local statusSize, specSize = statusSizeOf(status), sizeOf(spec)
  if statusSize == '*' then
    keepLong(P .. 'status:' .. name, '', '*', status)
    status = ''
  end
  if specSize == '*' then
    keepLong(P .. 'spec:' .. name, '', '*', spec)
    spec = ''
  end
  written[#written + 1], written[#written + 2] =
    key, textOf(seq, version, at, due, statusSize, specSize, place, job, status, spec)
  move(name, seq, job, NOWHERE, nil, '', place, at, due)
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
  after = placeOf(
    place.kind .. ' ' .. fields.lane .. ' ' .. fields.state,
    fields.functionRef .. ' ' .. fields.queue .. ' ' .. fields.priority)
  patch.places[place] = after
  return after
end

local versions = {}
local function versionAfter(version)
  local after = versions[version]
  if not after then
    after = string.format('%d', tonumber(version) + 1)
    versions[version] = after
  end
  return after
end

-- The patch that was given last, and the texts with it: false where they stay as they are.
local patch, newStatus, newSpec
local function change(key, text, given)
  local expect = ARGV[argument + 1]
  argument = argument + 1
  if given ~= '=' then
    patch = patchOf(given)
    newStatus, newSpec = patch.status and take(), patch.spec and take()
  end
  if not text then return false end
  local seq, version, at, due, status, spec, place, job, start = parse(text)
  if version ~= expect then return false end
  local name, fields, newPlace = sub(key, #P + 1), patch.fields, patch.places[place] or placeAfter(place, patch)
  local newAt, newDue = fields.at or at, fields.due or due
  local specStart = start + (tonumber(status) or 0)
  local statusText, specText, statusSize, specSize = newStatus, newSpec, status, spec
  if newStatus then
    statusSize = statusSizeOf(newStatus)
    if status == '*' or statusSize == '*' then keepLong(P .. 'status:' .. name, status, statusSize, newStatus) end
    if statusSize == '*' then statusText = '' end
  else statusText = sub(text, start, specStart - 1) end
  if newSpec then
    specSize = sizeOf(newSpec)
    if spec == '*' or specSize == '*' then keepLong(P .. 'spec:' .. name, spec, specSize, newSpec) end
    if specSize == '*' then specText = '' end
  else specText = sub(text, specStart) end
  written[#written + 1], written[#written + 2] = key, textOf(seq, versions[expect] or versionAfter(expect), newAt,
    newDue, statusSize, specSize, newPlace, job, statusText, specText)
  move(name, seq, job, place, at, due, newPlace, newAt, newDue)
  return true
end

local function removeIf(key, text)
  local expect = take()
  if not text then return false end
  local _, version = parse(text)
  if version ~= expect then return false end
  remove(key, sub(key, #P + 1), text)
  return true
end

local PLUS, AND, MINUS = byte('+&-', 1, 3)
local results, step, isApplied, isNews, existing = {}, 0, false, false, nil
local texts, seen = read(KEYS, 2), {}
for index = 2, #KEYS do
  local key, text = KEYS[index], texts[index - 1]
  if seen[key] then
    -- It comes again: as those before it left it.
    flush()
    text = call('GET', key)
  end
  seen[key] = true
  argument = argument + 1
  local given = ARGV[argument]
  local kind = byte(given)
  if kind == AND then
    if not isApplied then argument = argument + 2
    elseif not add(key, text, given) then
      if not existing then
        existing = {step}
        results[#results + 1] = existing
      end
      existing[#existing + 1] = sub(key, #P + 1)
    end
  else
    step, existing = step + 1, nil
    if kind == PLUS then isApplied = add(key, text, given)
    elseif kind == MINUS then isApplied = removeIf(key, text)
    else isApplied = change(key, text, given) end
    if isApplied then isNews = true else results[#results + 1] = step end
  end
end
flush()
-- A user that may not publish may still commit.
if isNews and author ~= '' then redis.pcall('PUBLISH', channel, author) end
return results
`)
