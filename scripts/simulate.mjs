/**
 * `npm run simulate -- --seeds 1000 --seed 1`: simulates the seeds from `--seed` on, in two processes. Prints what was
 * simulated; of the first seed that fails also what is wrong, and the smallest scenario that still fails. `--only` runs
 * such a part of a scenario again.
 */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const PROCESSES = 2
const SHOWN_VIOLATIONS = 20
const SHOWN_FAULTS = 20

const root = fileURLToPath(new URL('..', import.meta.url))
const { values } = parseArgs({
  options: { seed: { type: 'string' }, seeds: { type: 'string' }, only: { type: 'string' } },
})
const first = wholeNumber('seed', values.seed ?? '1')
const count = wholeNumber('seeds', values.seeds ?? '100')

const total = { seeds: 0, dueTimes: 0, starts: 0, faults: 0, events: 0 }
const failures = []
const began = performance.now()
const share = Math.min(PROCESSES, count)
const codes = await Promise.all(
  Array.from({ length: share }, (_, index) => simulate(first + index, count - index, share)),
)
const seconds = (performance.now() - began) / 1000

for (const { seed, hash, violations } of failures.sort((a, b) => a.seed - b.seed)) {
  console.log(`\nSEED=${seed} (${hash}): ${violations.length} violations`)
  show(violations)
}
console.log(
  `\nseeds ${first} to ${first + count - 1}: ${total.seeds} simulated, ${total.dueTimes} due times, ${total.starts} ` +
    `starts of handlers, ${total.faults} faults, ${total.events} events; ${seconds.toFixed(1)} s, ` +
    `${(total.seeds / seconds).toFixed(1)} seeds a second`,
)
console.log(`${failures.length} of ${total.seeds} seeds violate a promise`)
if (failures.length > 0 && values.only === undefined) await shrink(failures[0].seed)
process.exitCode = failures.length > 0 || codes.some((code) => code !== 0) || total.seeds < count ? 1 : 0

function simulate(seed, seeds, step) {
  const options = ['--seed', String(seed), '--seeds', String(seeds), '--step', String(step)]
  if (values.only !== undefined) options.push('--only', values.only)
  return work(options, (result) => {
    total.seeds += 1
    for (const key of ['dueTimes', 'starts', 'faults', 'events']) total[key] += result[key]
    if (result.violations.length > 0) failures.push(result)
    if (count === 1) console.log(`seed ${result.seed}: log ${result.hash}`)
    else if (total.seeds % 100 === 0) console.log(`${total.seeds} of ${count} seeds, ${failures.length} failed`)
  })
}

async function shrink(seed) {
  console.log(`\nmaking seed ${seed} smaller ...`)
  await work(['--seed', String(seed), '--shrink'], ({ only, tries, faults, violations }) => {
    console.log(`the smallest of ${tries} that fail:`)
    for (const { kind, process: name, from, to } of faults.slice(0, SHOWN_FAULTS)) {
      console.log(`  fault: ${kind} of ${name ?? 'all'}, ${Math.round(from)} to ${Math.round(to)} ms`)
    }
    show(violations)
    console.log(`again: npm run simulate -- --seed ${seed} --seeds 1 --only '${only}'`)
  })
}

function show(violations) {
  for (const { check, subject, text } of violations.slice(0, SHOWN_VIOLATIONS))
    console.log(`  ${check} ${subject}: ${text}`)
  if (violations.length > SHOWN_VIOLATIONS) console.log(`  and ${violations.length - SHOWN_VIOLATIONS} more`)
}

/** Runs a worker; calls back with each of its lines. Resolves with its exit code. */
function work(options, onLine) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'test/simulation/worker.ts', ...options], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  createInterface({ input: child.stdout }).on('line', (line) => onLine(JSON.parse(line)))
  return new Promise((resolve) => {
    child.on('close', resolve)
  })
}

function wholeNumber(name, text) {
  if (/^\d+$/.test(text)) return Number(text)
  console.error(`--${name} must be a whole number, and is ${text}`)
  process.exit(2)
}
