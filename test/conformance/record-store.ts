/**
 * The record contract as sentences, one file for each area. Every built-in store passes all of them; what a store
 * declares that it cannot do (`capabilities`) is the only thing that leaves one out.
 */

import { describe } from 'vitest'
import { describeContents } from './areas/contents.ts'
import { describeDue } from './areas/due.ts'
import { describeGuards } from './areas/guards.ts'
import { describeJobStoreMethods } from './areas/job-store-methods.ts'
import { describeLifeCycle } from './areas/life-cycle.ts'
import { describeListing } from './areas/listing.ts'
import { describeSeries } from './areas/series.ts'
import { describeSharing } from './areas/sharing.ts'
import { type MakeStore, Suite } from './fixtures.ts'

export function describeRecordStore(name: string, makeStore: MakeStore): void {
  describe(`FD-66 ${name} keeps the record contract`, () => {
    const suite = new Suite(makeStore)
    describe('the ten methods of a job store', () => describeJobStoreMethods(suite))
    describe('guarded changes', () => describeGuards(suite))
    describe('what is due', () => describeDue(suite))
    describe('lists', () => describeListing(suite))
    describe('series of runs', () => describeSeries(suite))
    describe('contents', () => describeContents(suite))
    describe('the life of a store', () => describeLifeCycle(suite))
    describe('several stores and claimers', () => describeSharing(suite))
  })
}
