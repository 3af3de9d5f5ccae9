/**
 * Processes whose wall clock shows another time, by libfaketime: they read it as they always do. Their monotonic clock is the
 * machine's, so that timers and leases last as long as ever, and all processes share one timeline.
 */

import { existsSync, readdirSync } from 'node:fs'
import { installed } from '../servers/index.mjs'

const LIBRARIES = '/usr/lib'
const PACKAGE = { packages: ['faketime'], find: libraryPath }

/** Path of the library, which is installed where that can be; undefined where there is none. */
export function fakeTimeLibrary() {
  return libraryPath() ?? installed(PACKAGE)
}

/**
 * The environment in which a process, and whatever it starts, has its wall clock show an instant now.
 * @param {string} library
 * @param {number} instant - epoch ms
 */
export function environmentAt(library, instant) {
  return {
    LD_PRELOAD: library,
    FAKETIME: `+${Math.round((instant - Date.now()) / 1_000)}`,
    // The name in releases up to 0.9.9, and the one since.
    DONT_FAKE_MONOTONIC: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    NO_FAKE_STAT: '1',
  }
}

function libraryPath() {
  if (!existsSync(LIBRARIES)) return undefined
  const folders = readdirSync(LIBRARIES).map((name) => `${LIBRARIES}/${name}/faketime`)
  return folders.map((folder) => `${folder}/libfaketime.so.1`).find((path) => existsSync(path))
}
