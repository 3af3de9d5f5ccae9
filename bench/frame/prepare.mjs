/** What has to be there before measuring: the peers as bench/package-lock.json pins them, and a fresh build. */

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const BENCH = fileURLToPath(new URL('..', import.meta.url))
export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** @param {{ build: boolean }} options */
export function prepare(options) {
  if (!peersAreInstalled()) run('npm', ['ci', '--no-audit', '--no-fund'], BENCH)
  prepareBuild(options)
}

/** @param {{ build: boolean }} options */
export function prepareBuild({ build }) {
  if (build) run('npm', ['run', 'build', '--silent'], ROOT)
}

/** Version of an installed peer, or of this package for `null`. */
export function versionOf(packageName) {
  const manifest = packageName === null ? `${ROOT}/package.json` : `${BENCH}/node_modules/${packageName}/package.json`
  return JSON.parse(readFileSync(manifest, 'utf8')).version
}

function peersAreInstalled() {
  const { dependencies } = JSON.parse(readFileSync(`${BENCH}/package.json`, 'utf8'))
  return Object.entries(dependencies).every(
    ([name, version]) => existsSync(`${BENCH}/node_modules/${name}/package.json`) && versionOf(name) === version,
  )
}

function run(command, args, cwd) {
  const { status } = spawnSync(command, args, { cwd, stdio: 'inherit' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed in ${cwd}`)
}
