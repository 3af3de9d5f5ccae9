/** Shows when the crontabs of this machine fire next, by the command line that the package installs. */

import { spawnSync } from 'node:child_process'
import { accessSync, constants, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(import.meta.resolve('../../dist/cli/main.js'))
const SAMPLE = fileURLToPath(new URL('../crontab.sample', import.meta.url))
/** cron itself reads only files with such names. */
const NAME = /^[\w-]+$/

/** Prints the listing. @throws Error when the command fails */
export function showCrontabs(): void {
  const found = crontabsOfThisMachine()
  const files = found.length > 0 ? found : [SAMPLE, '--system-format']
  const args = ['next', '--crontab', ...files]
  console.log(`$ cronwright ${args.join(' ').replace(SAMPLE, 'examples/crontab.sample')}`)
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' })
  console.log(stdout.trimEnd())
  // 1: some line cannot be read, which the listing says.
  if (status !== 0 && status !== 1) throw new Error(`cronwright next failed: ${stderr}`)
}

function crontabsOfThisMachine(): string[] {
  return ['/etc/crontab', ...namesIn('/etc/cron.d').map((name) => `/etc/cron.d/${name}`)].filter(isReadable)
}

function namesIn(directory: string): string[] {
  return isReadable(directory) ? readdirSync(directory).filter((name) => NAME.test(name)) : []
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK)
    return true
  } catch {
    return false
  }
}
