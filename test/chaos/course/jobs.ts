/** The jobs of a course: some fifty fire times a second, short and slow ones, some that fail, block, or are edited. */

import type { Schedule } from '../../checks/due-times.ts'
import { drawGrid, type EditedJob } from '../../workload/draw-edits.ts'
import type { Behaviour } from '../../workload/plan.ts'
import type { Random } from '../../workload/random.ts'

const SECOND = 1_000
/** Further than a timer of Node's reaches. */
const FAR_MS = 40 * 86_400 * SECOND

/**
 * @param start - epoch ms
 * @param share - of the short jobs: less than 1 where the machine has not enough of its time
 */
export function drawJobs(random: Random, start: number, share = 1): EditedJob[] {
  const jobs: EditedJob[] = []
  const add = (id: string, behaviour: Behaviour, schedule: Schedule, most: Partial<EditedJob['policy']> = {}) => {
    const coalesce = random.chance(0.5)
    const misfireGrace = coalesce && random.chance(0.5) ? null : SECOND * random.whole(4, 10)
    const policy = { coalesce, maxInstances: random.whole(1, 2), misfireGrace, attempts: 1, ...most }
    jobs.push({ id, behaviour, schedule, isEnsured: !id.startsWith('edited'), policy })
  }
  const each = (count: number, name: string, work: (id: string) => void): void => {
    for (let index = 1; index <= count; index += 1) work(`${name}-${index}`)
  }
  each(40 * share, 'second', (id) => add(id, 'short', drawGrid(random, SECOND, start)))
  each(10 * share, 'crontab', (id) => add(id, 'short', { kind: 'cron', text: '*/2 * * * * *' }))
  each(5, 'slow', (id) => add(id, 'slow', drawGrid(random, 7 * SECOND, start), { coalesce: true }))
  each(3, 'throws', (id) => add(id, 'throws', drawGrid(random, 3 * SECOND, start), { coalesce: true, attempts: 3 }))
  each(1, 'blocks', (id) => add(id, 'blocks', drawGrid(random, 20 * SECOND, start), { coalesce: true }))
  each(1, 'far', (id) => add(id, 'short', { kind: 'at', at: start + FAR_MS }))
  each(3, 'edited', (id) => add(id, 'short', drawGrid(random, SECOND, start)))
  return jobs
}
