import { describe, expect, it } from 'vitest'
import { findZone, type Zone } from '../../../src/triggers/zone.ts'

const seconds = (text: string): number => Date.parse(text) / 1000

function zone(name: string): Zone {
  const found = findZone(name)
  if (found === undefined) throw new Error(`no zone ${name}`)
  return found
}

/** The offset that `Date` arithmetic on formatted parts gives: another way than the one under test. */
function offsetByParts(name: string, second: number): number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  const part = Object.fromEntries(format.formatToParts(second * 1000).map(({ type, value }) => [type, Number(value)]))
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second: s = 0 } = part
  return Date.UTC(year, month - 1, day, hour, minute, s) / 1000 - second
}

describe('a zone', () => {
  it('knows each change to the second', () => {
    const segment = zone('Europe/Berlin').segmentAt(seconds('2026-06-01T00:00:00Z'))
    expect(segment).toMatchObject({
      start: seconds('2026-03-29T01:00:00Z'),
      end: seconds('2026-10-25T01:00:00Z'),
      before: 3600,
      offset: 7200,
      after: 3600,
    })
  })

  it('knows changes that are no daylight saving, and days that do not exist', () => {
    expect(zone('Pacific/Apia').segmentAt(seconds('2011-12-30T10:00:00Z'))).toMatchObject({
      start: seconds('2011-12-30T10:00:00Z'),
      before: -10 * 3600,
      offset: 14 * 3600,
    })
    expect(zone('Africa/Monrovia').segmentAt(0).offset).toBe(-2670)
  })

  it('finds two changes that lie a week apart', () => {
    const gaza = zone('Asia/Gaza')
    const recife = zone('America/Recife')
    for (let day = seconds('2000-10-01T00:00:00Z'); day < seconds('2000-10-20T00:00:00Z'); day += 3600) {
      expect(recife.segmentAt(day).offset).toBe(offsetByParts('America/Recife', day))
    }
    for (let day = seconds('2040-10-01T00:00:00Z'); day < seconds('2040-11-10T00:00:00Z'); day += 7200) {
      expect(gaza.segmentAt(day).offset).toBe(offsetByParts('Asia/Gaza', day))
    }
  })

  it.each([
    ['Europe/Athens'],
    ['America/New_York'],
    ['America/St_Johns'],
    ['Australia/Lord_Howe'],
    ['Africa/Casablanca'],
    ['America/Santiago'],
    ['Asia/Kolkata'],
    ['UTC'],
  ])('%s has the right offset at any time, in the far future too', (name) => {
    const found = zone(name)
    for (let i = 0; i < 300; i += 1) {
      const second = -2_000_000_000 + i * 850_000_000 + ((i * 7_919) % 31) * 86_400
      expect([second, found.segmentAt(second).offset]).toEqual([second, offsetByParts(name, second)])
    }
  })

  it('is shared under any case of its name, and unknown names have none', () => {
    expect(findZone('ASIA/tokyo')).toBe(findZone('Asia/Tokyo'))
    for (const name of ['', 'Asia/Nowhere', '+02:00', '../UTC', 'Asia/Tokyo ']) expect(findZone(name)).toBeUndefined()
  })
})
