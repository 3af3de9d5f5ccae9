import { randomId } from '../../../../src/core/random-id.ts'
import { MySqlJobStore } from '../../../../src/mysql.ts'
import { describeSchedulerOn } from '../scheduler-on-store.ts'

const url = process.env['CRONWRIGHT_TEST_MYSQL_URL'] ?? ''
const run = randomId().slice(0, 8)

describeSchedulerOn('MySQL', (name) => new MySqlJobStore({ url, table: `u${run}_${name}`, maxConnections: 4 }))
