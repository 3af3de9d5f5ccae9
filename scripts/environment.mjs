/** What the scripts need of the machine, found by themselves: Node's headers for addons that compile, and SQLite. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))
const require = createRequire(import.meta.url)

/** The environment of child processes: an addon that must compile finds Debian's headers where they stand. */
export function childEnvironment() {
  const hasHeaders = existsSync('/usr/include/node/node.h')
  return hasHeaders ? { npm_config_nodedir: '/usr', ...process.env } : process.env
}

/** Runs a command on the terminal; its exit status. */
export function run(command, args, options = {}) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit', env: childEnvironment(), ...options })
  return status ?? 1
}

/** Why SQLite cannot be had, after an attempt to build it; undefined when it can. */
export function missingSqlite() {
  if (process.getBuiltinModule('node:sqlite') !== undefined) return undefined
  if (canLoad()) return undefined
  console.log('better-sqlite3 cannot be loaded; building its addon (about a minute)')
  run('npm', ['rebuild', 'better-sqlite3'])
  return canLoad() ? undefined : 'better-sqlite3 cannot be loaded or built; see CONTRIBUTING.md'
}

function canLoad() {
  // In a process of its own: an addon of another Node would bring this one down.
  const code = "new (require('better-sqlite3'))(':memory:').close()"
  return spawnSync(process.execPath, ['-e', code], { cwd: root, stdio: 'ignore' }).status === 0
}

/** Path of an executable that a development dependency brings. */
export function binary(packageName, path) {
  return require.resolve(`${packageName}/package.json`).replace('package.json', path)
}
