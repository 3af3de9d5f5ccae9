/** The entry point `cronwright/zookeeper`: jobs in ZooKeeper. */

export type { ZooKeeperClient } from './stores/zookeeper/driver.ts'
export type { ZooKeeperJobStoreOptions } from './stores/zookeeper/options.ts'
export { ZooKeeperJobStore } from './stores/zookeeper/zookeeper-job-store.ts'
