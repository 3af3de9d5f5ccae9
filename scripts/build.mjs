/**
 * Builds `dist` from `src`: compiles beside it, makes the command line executable, and only then takes the place of
 * the old one, so that whatever runs from `dist` at the same time never finds it half done.
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, renameSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url))
const fresh = `${root}dist.${process.pid}`
const old = `${fresh}.old`

try {
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', fresh], { cwd: root, stdio: 'inherit' })
  chmodSync(`${fresh}/cli/main.js`, 0o755)
  if (existsSync(`${root}dist`)) renameSync(`${root}dist`, old)
  renameSync(fresh, `${root}dist`)
} catch {
  // The compiler has said what is wrong; the old build stays.
  process.exitCode = 1
} finally {
  rmSync(fresh, { recursive: true, force: true })
  rmSync(old, { recursive: true, force: true })
}
