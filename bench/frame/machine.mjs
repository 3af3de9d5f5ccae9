/** Where the figures come from: machine and its load, Node and package versions. */

import { arch, cpus, loadavg, platform, totalmem } from 'node:os'
import { nodeVersions } from './nodes.mjs'
import { versionOf } from './prepare.mjs'

/**
 * @param {readonly (string | null)[]} packages - that are measured; null is this one
 * @param {boolean} needsNewer - whether some are measured on the newer Node.js
 */
export function describeMachine(packages, needsNewer) {
  const processors = cpus()
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: `${processors.length} x ${processors[0]?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${platform()} ${arch()}`,
    node: nodeVersions(needsNewer),
    load: loadavg()[0],
    packages: packages.map((name) => `${name ?? 'cronwright'} ${versionOf(name)}`),
  }
}
