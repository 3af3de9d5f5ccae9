/** The entry point `cronwright/etcd`: jobs in etcd. */

export type { EtcdClient } from './stores/etcd/driver.ts'
export { EtcdJobStore } from './stores/etcd/etcd-job-store.ts'
export type { EtcdJobStoreOptions } from './stores/etcd/options.ts'
