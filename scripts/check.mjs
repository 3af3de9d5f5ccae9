/** `npm run check`: everything CI checks, in order, up to the first failure. `--no-tests` leaves the tests out. */
import { binary, run } from './environment.mjs'

const node = process.execPath
const steps = [
  ['lint and format', node, [binary('@biomejs/biome', 'bin/biome'), 'check', '--error-on-warnings', '.']],
  ['types', node, [binary('typescript', 'bin/tsc'), '--noEmit', '-p', 'tsconfig.json']],
  ['build', node, ['scripts/build.mjs']],
  ['tests', node, ['scripts/test.mjs']],
].filter(([name]) => name !== 'tests' || !process.argv.includes('--no-tests'))

for (const [name, command, args] of steps) {
  const started = performance.now()
  const status = run(command, args)
  const seconds = ((performance.now() - started) / 1_000).toFixed(1)
  console.log(`${status === 0 ? 'ok' : 'FAILED'}: ${name} (${seconds} s)`)
  if (status !== 0) process.exit(status)
}
