/** The entry point `cronwright/mongodb`: jobs in MongoDB. */

export type { MongoClient } from './stores/mongodb/driver.ts'
export { MongoJobStore } from './stores/mongodb/mongo-job-store.ts'
export type { MongoJobStoreOptions } from './stores/mongodb/options.ts'
