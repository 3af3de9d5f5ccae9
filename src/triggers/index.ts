/** Triggers: pure, serialisable rules that give the fire times of jobs. */

export { type AndTrigger, and } from './and.ts'
export { type CalendarIntervalTrigger, calendarInterval } from './calendar-interval.ts'
export { type CronTrigger, cron } from './cron/cron-trigger.ts'
export { Cron } from './cron-helpers.ts'
export { type DateTrigger, date } from './date.ts'
export { type FireTimesOptions, fireTimes } from './fire-times.ts'
export { triggerFromJSON } from './from-json.ts'
export { type IntervalSpec, type IntervalTrigger, interval } from './interval.ts'
export type {
  CalendarIntervalJSON,
  CalendarIntervalSpec,
  CombinedJSON,
  CronFields,
  CronJSON,
  DateJSON,
  IntervalJSON,
  TriggerBody,
  TriggerJSON,
} from './json.ts'
export type { DateInput, DstPolicy, GapPolicy, IntervalOptions, OverlapPolicy, TriggerOptions } from './options.ts'
export { type OrTrigger, or } from './or.ts'
export { type BindContext, NEVER, NONE, Trigger } from './trigger.ts'
