import { randomId } from '../../../../src/core/random-id.ts'
import { MongoJobStore } from '../../../../src/mongodb.ts'
import { describeSchedulerOn } from '../scheduler-on-store.ts'

const url = process.env['CRONWRIGHT_TEST_MONGODB_URL'] ?? ''
const run = randomId().slice(0, 8)

describeSchedulerOn('MongoDB', (name) => new MongoJobStore({ url, collection: `s${run}_${name}` }))
