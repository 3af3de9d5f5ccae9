/** The Node.js releases that things are measured on: this process's, and a newer one from npm for peers that need it. */

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { arch, platform } from 'node:os'
import { BENCH } from './prepare.mjs'

/** Release that graphile-worker 0.18 and pg-boss 12 run on. */
export const NEWER = 24

const isNewEnough = Number(process.versions.node.split('.')[0]) >= NEWER

/** Program of this process, or of the newer release; undefined where npm has none for this machine. */
export function programOf(release) {
  if (release === undefined || isNewEnough) return process.execPath
  const program = `${BENCH}/node_modules/node-${platform()}-${arch()}/bin/node`
  return existsSync(program) ? program : undefined
}

/** Versions for the page. */
export function nodeVersions(needsNewer) {
  const newer = needsNewer ? programOf(NEWER) : undefined
  if (newer === undefined || newer === process.execPath) return process.version
  return `${process.version} and ${spawnSync(newer, ['--version'], { encoding: 'utf8' }).stdout.trim()}`
}
