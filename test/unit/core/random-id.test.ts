import { expect, it } from 'vitest'
import { ascendingIds, randomId } from '../../../src/core/random-id.ts'

it('ids of one call sort in the order in which they are given, and are like no others', () => {
  const [one, other] = [ascendingIds(3_000), ascendingIds(3)]
  expect(one.toSorted()).toEqual(one)
  const all = [...one, ...other, ...ascendingIds(1), randomId()]
  expect(new Set(all).size).toBe(3_005)
  for (const id of all) expect(id).toMatch(/^[0-9a-f]{32}$/)
})
