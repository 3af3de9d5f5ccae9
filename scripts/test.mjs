/**
 * `npm test`: makes sure the stores can be had, runs vitest with the arguments given, says which stores were tested, and
 * ends with one line of counts. A store that cannot be had is printed as `not run` with the reason; with CI=true it fails.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { binary, missingSqlite, run } from './environment.mjs'

/** Store -> why it cannot be tested, or undefined. */
const stores = { memory: undefined, sqlite: missingSqlite() }

const directory = mkdtempSync(join(tmpdir(), 'cronwright-test-'))
const report = join(directory, 'report.json')
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
const status = run(process.execPath, [binary('vitest', 'vitest.mjs'), 'run', ...reporters, ...process.argv.slice(2)])

const { numPassedTests = 0, numFailedTests = 0, testResults = [] } = readReport()
for (const [store, reason] of Object.entries(stores)) {
  const ran = testResults.filter(({ name }) => name.includes(`conformance/${store}`))
  const tests = ran.reduce((sum, { assertionResults }) => sum + assertionResults.length, 0)
  console.log(
    reason === undefined ? `store ${store}: ${tests} conformance tests run` : `store ${store}: not run (${reason})`,
  )
}
console.log(`${numPassedTests} passed, ${numFailedTests} failed`)
rmSync(directory, { recursive: true, force: true })

const isIncomplete = process.env['CI'] === 'true' && Object.values(stores).some((reason) => reason !== undefined)
process.exitCode = status !== 0 || isIncomplete ? 1 : 0

function readReport() {
  try {
    return JSON.parse(readFileSync(report, 'utf8'))
  } catch {
    return {}
  }
}
