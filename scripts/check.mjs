/**
 * `npm run check`: all that has to be right before a change is merged, in order, up to the first failure. Names of steps
 * run only those: `npm run check -- lint typecheck`.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * Step -> script of Node, and what it is given. The build is first: lint follows the imports of examples into it. The
 * tests of the packaging are a step of their own.
 */
const STEPS = {
  build: ['scripts/build.mjs'],
  lint: ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'],
  typecheck: ['node_modules/typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.json'],
  test: ['scripts/test.mjs', '--exclude=test/packaging/**'],
  packaging: ['scripts/test.mjs', 'test/packaging'],
}

const chosen = process.argv.slice(2)
const unknown = chosen.filter((name) => !Object.hasOwn(STEPS, name))
if (unknown.length > 0) {
  console.error(`no such step: ${unknown.join(', ')}; there are ${Object.keys(STEPS).join(', ')}`)
  process.exit(2)
}

for (const [name, command] of Object.entries(STEPS)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue
  console.log(`\n== ${name}`)
  const start = performance.now()
  const { status } = spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit' })
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(`== ${name}: ${status === 0 ? 'ok' : 'failed'}, ${seconds} s`)
  if (status !== 0) process.exit(1)
}
