/**
 * The time line: a lane for each process with what was done to it, and one for each job with its due times and the
 * attempts at its runs, in the colour of the process that made them.
 */

import { type Attempt, activeUntil } from '../../checks/attempts.ts'
import type { Facts } from '../../checks/facts.ts'
import type { Fault } from '../../checks/history.ts'
import { element, escaped, tip } from './markup.ts'
import { TimeAxis, WIDTH } from './time-axis.ts'

const LANE = 16
const TOP = 20
const ENQUEUED = 'enqueued'

/** @param suspects - run ids that a violation names */
export function lanes(facts: Facts, suspects: ReadonlySet<string>): string {
  const { settings, history } = facts
  const axis = new TimeAxis(Math.min(...history.log.map(({ at }) => at)), settings.endAt)
  const names = [...settings.processes, ...facts.jobs.keys(), ENQUEUED]
  const height = TOP + names.length * LANE
  const y = new Map(names.map((name, index) => [name, TOP + index * LANE]))
  const labels = names.map((name) =>
    element('text', { x: 0, y: (y.get(name) ?? 0) + 12, class: 'name' }, escaped(name)),
  )
  const faults = history.faults.map((fault) => faultBar(fault, axis, y, settings.processes.length))
  const dues = [...facts.jobs.keys()].map((id) => dueMarks(id, facts, axis, y.get(id) ?? 0, suspects))
  const attempts = facts.attempts.map((attempt) => {
    const lane = y.get(attempt.jobId ?? ENQUEUED) ?? 0
    return attemptBar(attempt, axis, lane, settings, suspects)
  })
  const drawn = axis.grid(height) + labels.join('') + faults.join('') + dues.join('') + attempts.join('')
  return element('svg', { viewBox: `0 0 ${WIDTH} ${height}`, width: WIDTH, height }, drawn)
}

/** Over the lane of its process, or of all of them; a thin line through the jobs shows what else went on then. */
function faultBar({ kind, process, from, to }: Fault, axis: TimeAxis, y: ReadonlyMap<string, number>, count: number) {
  const lane = process === null ? TOP : (y.get(process) ?? TOP)
  const height = process === null ? count * LANE : LANE
  const box = { x: axis.x(from), y: lane + 1, width: axis.width(from, to), height: height - 2 }
  const text = `${kind} of ${process ?? 'all'}, ${Math.round(from - axis.from)} to ${Math.round(to - axis.from)} ms`
  return element('rect', { ...box, class: `fault ${kind}` }, tip(text))
}

/** Fire times that are owed: green with a record, red without or where a violation names them; grey when skipped. */
function dueMarks(id: string, facts: Facts, axis: TimeAxis, lane: number, suspects: ReadonlySet<string>): string {
  const coverage = facts.coverageOf(id)
  let marks = ''
  for (const at of facts.jobs.get(id)?.owed ?? []) {
    const run = coverage.of(at)
    const runId = `${id}@${at}`
    const isBad = run === undefined || suspects.has(runId)
    const fate = isBad ? 'bad' : run.state === 'skipped' ? 'skipped' : 'good'
    const x = axis.x(facts.timeline.firstAt(at))
    const line = { x1: x, x2: x, y1: lane + 2, y2: lane + LANE - 2, class: `due ${fate}` }
    marks += element(
      'line',
      line,
      tip(`${runId}: ${run === undefined ? 'no record' : `${run.state} ${run.reason ?? ''}`}`),
    )
  }
  return marks
}

function attemptBar(
  attempt: Attempt,
  axis: TimeAxis,
  lane: number,
  { processes, endAt }: Facts['settings'],
  suspects: ReadonlySet<string>,
): string {
  const { runId, process, fence, start, outcome, stopCause } = attempt
  const until = activeUntil(attempt, endAt)
  const colour = processes.indexOf(process) % 8
  const box = { x: axis.x(start), y: lane + 5, width: axis.width(start, until), height: LANE - 10 }
  const end = outcome ?? stopCause ?? 'its process died'
  const text = `${runId} in ${process}, fence ${fence}, ${Math.round(until - start)} ms: ${end}`
  return element('rect', { ...box, class: `attempt p${colour}${suspects.has(runId) ? ' bad' : ''}` }, tip(text))
}
