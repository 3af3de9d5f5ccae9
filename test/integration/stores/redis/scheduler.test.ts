import { randomId } from '../../../../src/core/random-id.ts'
import { RedisJobStore } from '../../../../src/redis.ts'
import { describeSchedulerOn } from '../scheduler-on-store.ts'

const url = process.env['CRONWRIGHT_TEST_REDIS_URL'] ?? ''
const run = randomId().slice(0, 8)

describeSchedulerOn('Redis', (name) => new RedisJobStore({ url, prefix: `${run}:${name}` }))
