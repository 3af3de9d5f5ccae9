/** The job stores of Cronwright as instances, for measurements that look into them. */

const CLASSES = {
  memory: ['index', 'MemoryJobStore'],
  'sqlite-normal': ['sqlite', 'SqliteJobStore'],
  'sqlite-full': ['sqlite', 'SqliteJobStore'],
  redis: ['redis', 'RedisJobStore'],
  postgres: ['postgres', 'PostgresJobStore'],
  mysql: ['mysql', 'MySqlJobStore'],
  mongodb: ['mongodb', 'MongoJobStore'],
  etcd: ['etcd', 'EtcdJobStore'],
  zookeeper: ['zookeeper', 'ZooKeeperJobStore'],
}

/** @param {import('../stores/index.mjs').Place} place */
export async function openStore(storeName, { url, path, synchronous, server, prefix }) {
  const [module, name] = CLASSES[storeName]
  const { [name]: JobStore } = await import(`../../dist/${module}.js`)
  if (storeName === 'memory') return new JobStore()
  if (storeName.startsWith('sqlite')) return new JobStore({ path, synchronous })
  return storeName === 'redis' ? new JobStore({ url: server, prefix }) : new JobStore({ url })
}
