import { describeFleetOn } from '../../../fleet/on-store.ts'

describeFleetOn('Redis', process.env['CRONWRIGHT_TEST_REDIS_URL'] ?? '')
