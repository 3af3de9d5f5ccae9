/** Every store that outlives a process, by URL: a place of its own for each name. */

import { join } from 'node:path'
import { randomId } from '../../../../src/core/random-id.ts'

const run = randomId().slice(0, 8)
const server = (name: string): string => process.env[`CRONWRIGHT_TEST_${name}_URL`] ?? ''

/** Name of a store -> the URL of a place in it. `directory` is where files go. */
export const PLACES: Readonly<Record<string, (name: string, directory: string) => string>> = {
  sqlite: (name, directory) => `sqlite:${join(directory, `${name}.db`)}`,
  postgres: (name) => `${server('POSTGRES')}?table=t${run}_${name}`,
  mysql: (name) => `${server('MYSQL')}?table=t${run}_${name}`,
  redis: (name) => `${server('REDIS')}?prefix=t${run}:${name}`,
  mongodb: (name) => `${server('MONGODB')}?collection=t${run}_${name}`,
  etcd: (name) => `${server('ETCD')}/t${run}-${name}`,
  zookeeper: (name) => `${server('ZOOKEEPER')}/t${run}-${name}`,
}
