/** The writes of a queue with ioredis: a script a batch, each change guarded by a version. */

import { Redis } from 'ioredis'
import { BATCH, LEASE_MS, newIds, RETENTION_MS, SPEC, statusOf, workInBatches } from './records.mjs'

/** KEYS: due, history. ARGV: prefix, now, limit. Replies with id, version, spec of each. */
const DUE = `
  local found = {}
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[2], 'LIMIT', 0, ARGV[3])) do
    local fields = redis.call('HMGET', ARGV[1] .. id, 'version', 'spec')
    found[#found + 1] = { id, fields[1], fields[2] }
  end
  return found`

/** KEYS: the set they leave, the set they go to. ARGV: prefix, due, state, status, then id and version of each. */
const CHANGE = `
  local changed = 0
  for at = 5, #ARGV, 2 do
    local key = ARGV[1] .. ARGV[at]
    if redis.call('HGET', key, 'version') == ARGV[at + 1] then
      redis.call('HSET', key, 'version', ARGV[at + 1] + 1, 'due', ARGV[2], 'state', ARGV[3], 'status', ARGV[4])
      if KEYS[1] ~= KEYS[2] then redis.call('ZREM', KEYS[1], ARGV[at]) end
      redis.call('ZADD', KEYS[2], ARGV[2], ARGV[at])
      changed = changed + 1
    end
  end
  return changed`

/** KEYS: due. ARGV: prefix, now, spec, then ids. */
const INSERT = `
  for at = 4, #ARGV do
    redis.call('HSET', ARGV[1] .. ARGV[at], 'version', 1, 'due', ARGV[2], 'state', 'pending', 'spec', ARGV[3])
    redis.call('ZADD', KEYS[1], ARGV[2], ARGV[at])
  end`

export async function open({ server, prefix }) {
  const client = new Redis(server)
  client.defineCommand('floorDue', { numberOfKeys: 1, lua: DUE })
  client.defineCommand('floorChange', { numberOfKeys: 2, lua: CHANGE })
  client.defineCommand('floorInsert', { numberOfKeys: 1, lua: INSERT })
  const [due, history, record] = ['due', 'history', 'run:'].map((name) => `${prefix}:${name}`)
  const insert = (ids) => client.floorInsert(due, record, Date.now(), SPEC, ...ids)
  const change = (runs, to, until, state, versionsOn) => {
    const changes = runs.flatMap(([id, version]) => [id, Number(version) + versionsOn])
    return client.floorChange(due, to, record, until, state, statusOf(state), ...changes)
  }
  const batch = async () => {
    const now = Date.now()
    const runs = await client.floorDue(due, record, now, BATCH)
    await change(runs, due, now + LEASE_MS, 'running', 0)
    return change(runs, history, now + RETENTION_MS, 'completed', 1)
  }
  return {
    enqueue: () => insert(newIds(1)),
    enqueueMany: (inputs) => insert(newIds(inputs.length)),
    work: workInBatches(batch),
    close: async () => client.disconnect(),
  }
}
