/** Store -> its tricks. Stores that have none are hit by everything else. */

import { ETCD, REDIS } from './others.ts'
import { MYSQL, POSTGRES, SQLITE } from './sql.ts'
import type { Trick } from './trick.ts'

const TRICKS: Readonly<Record<string, readonly Trick[]>> = {
  sqlite: SQLITE,
  postgres: POSTGRES,
  mysql: MYSQL,
  redis: REDIS,
  etcd: ETCD,
}

export function tricksOf(store: string): readonly Trick[] {
  return TRICKS[store] ?? []
}
