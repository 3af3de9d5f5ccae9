/** Where the figures come from: machine and its load, Node and package versions. */

import { arch, cpus, loadavg, platform, totalmem } from 'node:os'
import { LIBRARIES } from '../libraries/index.mjs'
import { versionOf } from './prepare.mjs'

export function describeMachine() {
  const processors = cpus()
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: `${processors.length} x ${processors[0]?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${platform()} ${arch()}`,
    node: process.version,
    load: loadavg()[0],
  }
}

/** What is measured, with versions. */
export function describePackages() {
  const packages = Object.entries(LIBRARIES)
    .filter(([name]) => name !== 'setTimeout')
    .map(([, { package: packageName }]) => `${packageName ?? 'cronwright'} ${versionOf(packageName)}`)
  return [...packages, `better-sqlite3 ${versionOf('better-sqlite3')}`]
}
