import { describeFleetOn } from '../../../fleet/on-store.ts'

describeFleetOn('MySQL', process.env['CRONWRIGHT_TEST_MYSQL_URL'] ?? '')
