import { describeFleetOn } from '../../../fleet/on-store.ts'

describeFleetOn('PostgreSQL', process.env['CRONWRIGHT_TEST_POSTGRES_URL'] ?? '')
