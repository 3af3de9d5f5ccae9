/** The entry point `cronwright/redis`: jobs in Redis. */

export type { RedisClient } from './stores/redis/driver.ts'
export type { RedisJobStoreOptions } from './stores/redis/options.ts'
export { RedisJobStore } from './stores/redis/redis-job-store.ts'
