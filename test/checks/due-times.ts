/** The due times of a schedule, found by a walk of its own: it must not share a line with what it judges. */

/**
 * `every`: a fixed grid; `cron`: seconds and minutes of a crontab with six fields, in UTC; `at`: once; `listed`: any crontab
 * in any zone, with the due times that somebody wrote down by hand.
 */
export type Schedule =
  | { readonly kind: 'every'; readonly ms: number; readonly from: number }
  | { readonly kind: 'cron'; readonly text: string }
  | { readonly kind: 'at'; readonly at: number }
  | { readonly kind: 'listed'; readonly text: string; readonly timezone: string; readonly times: readonly number[] }

const SECOND = 1_000
const MINUTE = 60 * SECOND

/** Every due time in [from, to], in order; all in epoch ms. */
export function dueTimes(schedule: Schedule, from: number, to: number): number[] {
  if (schedule.kind === 'at') return schedule.at >= from && schedule.at <= to ? [schedule.at] : []
  if (schedule.kind === 'listed') return schedule.times.filter((at) => at >= from && at <= to)
  if (schedule.kind === 'every') return grid(schedule.ms, schedule.from, from, to)
  const [seconds = '', minutes = '', ...rest] = schedule.text.split(' ')
  if (rest.length !== 4 || rest.some((field) => field !== '*')) throw new Error(`not understood: ${schedule.text}`)
  const [isSecond, isMinute] = [valuesOf(seconds), valuesOf(minutes)]
  return grid(SECOND, 0, from, to).filter(
    (at) => isSecond[(at / SECOND) % 60] && isMinute[Math.floor(at / MINUTE) % 60],
  )
}

/** The last `count` due times up to an instant, in order; fewer where there are not so many within its grid or a year. */
export function lastDueTimes(schedule: Schedule, until: number, count: number): number[] {
  const span = schedule.kind === 'every' ? schedule.ms * count : SECOND * count
  for (let back = span; ; back *= 4) {
    const times = dueTimes(schedule, until - back, until)
    if (times.length >= count || back > 400 * 24 * 60 * MINUTE || schedule.kind !== 'cron') return times.slice(-count)
  }
}

/** Whether an instant is a due time. */
export function isDueTime(schedule: Schedule, at: number): boolean {
  return dueTimes(schedule, at, at).length === 1
}

function grid(ms: number, start: number, from: number, to: number): number[] {
  const times: number[] = []
  const first = start + Math.max(0, Math.ceil((from - start) / ms)) * ms
  for (let at = first; at <= to; at += ms) times.push(at)
  return times
}

/** Which of 0 to 59 a field means: `*`, a step of all, or a list of numbers. */
function valuesOf(field: string): boolean[] {
  const step = field === '*' ? 1 : Number(/^\*\/(\d+)$/.exec(field)?.[1] ?? Number.NaN)
  const list = field.split(',').map(Number)
  return Array.from({ length: 60 }, (_, value) => (Number.isNaN(step) ? list.includes(value) : value % step === 0))
}
