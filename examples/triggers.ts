/** Every kind of trigger, with its next fire times. A trigger is a pure function of time: no scheduler is needed. */

import { and, calendarInterval, cron, date, fireTimes, interval, or, type Trigger, triggerFromJSON } from 'cronwright'

const options = { timezone: 'Europe/Athens' }
const after = new Date('2026-03-27T12:00:00Z')

const triggers: Readonly<Record<string, Trigger>> = {
  'weekdays at nine': cron('0 9 * * 1-5', options),
  'every ten seconds': cron('*/10 * * * * *', options),
  'the last Friday of a month at 18:00': cron({ day: 'last fri', hour: 18 }, options),
  // The clocks go forward on 29 March: 03:30 does not exist on that day, and the job runs at 04:00 instead.
  'half past three': cron('30 3 * * *', options),
  'every 90 minutes from noon': interval('1h30m', { startDate: after }),
  // Elapsed months on the calendar; a month without such a day is left out.
  'the 31st at 08:00': calendarInterval({ months: 1, hour: 8 }, { ...options, startDate: '2026-01-31T00:00Z' }),
  'once on Christmas Eve': date('2026-12-24T18:00:00+02:00'),
  'either of two times': or(cron('0 8 * * *', options), cron('30 17 * * 5', options)),
  'every twenty minutes in office hours': and(interval('20m'), cron('* 9-16 * * 1-5', options)),
}

const format = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'long', timeZone: 'Europe/Athens' })
for (const [name, trigger] of Object.entries(triggers)) {
  console.log(`${name}  -  ${trigger}`)
  // What a store keeps is JSON; it comes back as an equal trigger.
  const restored = triggerFromJSON(JSON.parse(JSON.stringify(trigger)))
  for (const time of fireTimes(restored, { after, count: 3 })) console.log(`  ${format.format(time)}`)
}
