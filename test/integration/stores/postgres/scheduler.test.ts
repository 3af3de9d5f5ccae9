import { randomId } from '../../../../src/core/random-id.ts'
import { PostgresJobStore } from '../../../../src/postgres.ts'
import { describeSchedulerOn } from '../scheduler-on-store.ts'

const url = process.env['CRONWRIGHT_TEST_POSTGRES_URL'] ?? ''
const run = randomId().slice(0, 8)

describeSchedulerOn('PostgreSQL', (name) => new PostgresJobStore({ url, table: `u${run}_${name}`, maxConnections: 4 }))
