/** ZJ-37: the memory store behaves as the others do. */

import { MemoryJobStore } from '../../src/stores/memory/memory-job-store.ts'
import { describeRecordStore } from './record-store.ts'

describeRecordStore('ZJ-37 MemoryJobStore', () => new MemoryJobStore())
