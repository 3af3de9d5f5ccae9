import { describeFleetOn } from '../../../fleet/on-store.ts'

describeFleetOn('etcd', process.env['CRONWRIGHT_TEST_ETCD_URL'] ?? '')
