import { describeFleetOn } from '../../../fleet/on-store.ts'

describeFleetOn('MongoDB', process.env['CRONWRIGHT_TEST_MONGODB_URL'] ?? '')
