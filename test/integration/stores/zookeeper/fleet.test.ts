import { describeFleetOn } from '../../../fleet/on-store.ts'

describeFleetOn('ZooKeeper', process.env['CRONWRIGHT_TEST_ZOOKEEPER_URL'] ?? '')
