/** Loads an optional package on first use, so that nobody needs the drivers of stores they do not use. */

import { CronwrightError, MissingDependencyError } from '../errors.ts'

/**
 * The module of an optional package.
 *
 * @param packageName - what to import
 * @param neededFor - what needs it, for the error
 * @param install - what to give to `npm install` where that is not the bare name
 * @throws MissingDependencyError (`MISSING_DEPENDENCY`) when the package is not installed
 * @throws CronwrightError (`STORE_ERROR`) when it is installed and does not load
 */
export async function importPeer(packageName: string, neededFor: string, install = packageName): Promise<unknown> {
  try {
    return await import(packageName)
  } catch (cause) {
    if (isNotFound(cause)) throw new MissingDependencyError(install, neededFor, cause)
    throw new CronwrightError('STORE_ERROR', `the package ${packageName} is installed but does not load`, {
      details: { packageName, neededFor },
      cause,
    })
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND'
}
