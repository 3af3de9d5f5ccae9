/**
 * `npm run test:nodes`: the tests on each Node.js that the package supports beside the oldest, which `npm test` runs on.
 * What is given behind `--` goes to vitest. Downloads each Node.js from the npm registry on first use.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const VERSIONS = ['22', '24']

const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * An addon works on one version of Node.js only, and better-sqlite3 is compiled for the oldest. Where tests open a
 * database of their own with it, they get the SQLite of Node.js, which these versions have.
 */
const hooks = `
  import { registerHooks } from 'node:module'
  registerHooks({
    resolve: (name, context, next) =>
      /\\/better-sqlite3\\//.test(name) ? { url: 'node:sqlite', shortCircuit: true } : next(name, context),
  })`
const hook = `--execArgv=--import=data:text/javascript,${encodeURIComponent(hooks)}`
// SQLite is still an experiment in 22, which says so on the error output of every process.
const quiet = 'NODE_OPTIONS=--disable-warning=ExperimentalWarning'

for (const version of VERSIONS) {
  console.log(`\n== Node.js ${version}`)
  const start = performance.now()
  const vitest = ['node', 'node_modules/vitest/vitest.mjs', 'run', hook, ...process.argv.slice(2)]
  // By `env`, because npx itself runs on the Node.js of this script.
  const command = ['-y', '-p', `node@${version}`, 'env', quiet, ...vitest]
  const { status } = spawnSync('npx', command, { cwd: root, stdio: 'inherit' })
  const seconds = ((performance.now() - start) / 1000).toFixed(0)
  console.log(`== Node.js ${version}: ${status === 0 ? 'ok' : 'failed'}, ${seconds} s`)
  if (status !== 0) process.exitCode = 1
}
