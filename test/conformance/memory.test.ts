/** ZJ-37: the memory store behaves as the others do. */

import { MemoryJobStore } from '../../src/stores/memory/memory-job-store.ts'
import { describeJobStore, describeRecordStore } from './conformance.ts'

const create = (): MemoryJobStore => new MemoryJobStore()

describeRecordStore('ZJ-37 MemoryJobStore', { create, beside: create })
describeJobStore('ZJ-37 MemoryJobStore', { create })
