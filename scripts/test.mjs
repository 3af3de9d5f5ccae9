/**
 * `npm test`, or `npm test -- test/unit/core`: runs the tests, says which stores they ran on, and ends with the line
 * `N passed, N failed`. What is given behind `--` goes to vitest. With `CI=true`, a store that cannot run is a failure.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { provideServers, SERVERS } from './servers/index.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const environment = { ...process.env }
// Addons are compiled against the headers of this machine where they are, rather than downloaded ones.
if (existsSync('/usr/include/node/node.h')) environment.npm_config_nodedir ??= '/usr'

/**
 * The stores under test: the tests that need one, its conformance test first; and the server it needs, or why it cannot
 * run here (undefined when it can).
 */
const STORES = [
  { name: 'memory', tests: ['test/conformance/memory.test.ts'], obstacle: () => undefined },
  {
    name: 'sqlite',
    tests: ['test/conformance/sqlite.test.ts', 'test/unit/stores/sqlite/**'],
    obstacle: sqliteObstacle,
  },
  ...Object.keys(SERVERS).map((name) => ({
    name,
    tests: [`test/conformance/${name}.test.ts`, `test/integration/stores/${name}/**`],
    server: name,
  })),
]

/** Tests of several stores at once. */
const TOGETHER = { tests: ['test/integration/stores/together/**'], servers: Object.keys(SERVERS) }

const chosen = process.argv.slice(2).filter((argument) => !argument.startsWith('-'))
const wanted = STORES.filter(isWanted)
const needed = isWanted(TOGETHER) ? TOGETHER.servers : wanted.flatMap(({ server }) => server ?? [])
const servers = await provideServers(needed)
for (const { variable, url } of servers) if (url !== undefined) environment[variable] = url

const obstacles = new Map(STORES.map((store) => [store.name, obstacleOf(store)]))
const isLacking = [...obstacles.values()].some((obstacle) => obstacle !== undefined)
const left = STORES.filter(({ name }) => obstacles.get(name) !== undefined).flatMap(({ tests }) => tests)
if (isLacking) left.push(...TOGETHER.tests)
const directory = mkdtempSync(join(tmpdir(), 'cronwright-results-'))
const status = await runVitest(join(directory, 'results.json'), left)
const results = read(join(directory, 'results.json'))
rmSync(directory, { recursive: true, force: true })
for (const { stop } of servers) await stop()

console.log()
for (const { name, tests } of STORES) console.log(`store ${name}: ${fateOf(name, tests[0])}`)
if (isWanted(TOGETHER)) console.log(`stores together: ${isLacking ? 'not run: one of them cannot be' : 'run'}`)
const isIncomplete = process.env.CI === 'true' && left.length > 0 && chosen.length === 0
if (isIncomplete) console.log('CI is true, so a store that is not run is a failure')
process.exitCode = isIncomplete ? 1 : status
console.log(`${results.passed} passed, ${results.failed} failed`)

function isWanted({ tests }) {
  return chosen.length === 0 || tests.some(isChosen)
}

/** Whether a path that was given leads to a test, or lies in its folder. */
function isChosen(test) {
  const path = test.replace('/**', '')
  return chosen.some((argument) => path.startsWith(argument) || argument.startsWith(path) || test.includes(argument))
}

function obstacleOf({ name, obstacle }) {
  if (obstacle !== undefined) return obstacle()
  const provided = servers.find((server) => server.name === name)
  if (provided === undefined) return 'not among the tests that were chosen'
  return provided.url === undefined ? provided.source : undefined
}

function runVitest(output, excluded) {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${output}`]
  const program = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const values = [
    program,
    'run',
    ...reporters,
    ...excluded.map((path) => `--exclude=${path}`),
    ...process.argv.slice(2),
  ]
  const vitest = spawn(process.execPath, values, { cwd: root, env: environment, stdio: 'inherit' })
  return new Promise((resolve) => vitest.once('exit', (code) => resolve(code ?? 1)))
}

/** What vitest says; a file that could not be loaded has no tests, and counts as one that failed. */
function read(output) {
  if (!existsSync(output)) return { passed: 0, failed: 1, files: [] }
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(output, 'utf8'))
  const isBroken = ({ status, assertionResults }) =>
    status === 'failed' && assertionResults.every((test) => test.status !== 'failed')
  return {
    passed: numPassedTests,
    failed: numFailedTests + testResults.filter(isBroken).length,
    files: testResults.map(({ name }) => name.slice(root.length)),
  }
}

function fateOf(name, conformanceTest) {
  const obstacle = obstacles.get(name)
  if (obstacle !== undefined) return `not run: ${obstacle}`
  const source = servers.find((server) => server.name === name)?.source
  if (!results.files.includes(conformanceTest)) return 'not among the tests that were chosen'
  return source === undefined ? 'run' : `run (${source})`
}

/** Node has SQLite from 22.13 on; before that better-sqlite3 is needed, and its addon may have to be compiled first. */
function sqliteObstacle() {
  if (process.getBuiltinModule('node:sqlite') !== undefined || loadsBetterSqlite()) return undefined
  console.log('the addon of better-sqlite3 is missing or of another Node.js: npm rebuild better-sqlite3')
  spawnSync('npm', ['rebuild', 'better-sqlite3'], { cwd: root, env: environment, stdio: 'inherit' })
  return loadsBetterSqlite() ? undefined : 'neither node:sqlite nor better-sqlite3 can be loaded'
}

function loadsBetterSqlite() {
  const script = "new (require('better-sqlite3'))(':memory:').close()"
  return spawnSync(process.execPath, ['--eval', script], { cwd: root, stdio: 'ignore' }).status === 0
}
