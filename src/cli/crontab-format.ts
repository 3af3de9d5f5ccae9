/**
 * Guesses whether a crontab has a user column. A flag of the command line always decides; this is for when there is
 * none.
 */

import { type CrontabFormat, readCrontabLine, takeWords } from './crontab-line.ts'

const USER_NAME = /^[a-z_][a-z0-9_-]*$/

/**
 * Accounts that systems come with. One of them must be named before a file that lies elsewhere is taken for a system
 * crontab, because the commands of a user's crontab (`php`, `tar`, `backup`) look like user names as well.
 */
const SYSTEM_ACCOUNTS = new Set(
  'root daemon bin sys man lp mail news www-data backup nobody postgres mysql redis apache nginx http smmsp'.split(' '),
)

/**
 * The format of a crontab: `system` for a file named `crontab` below a directory `etc` and for every file in a
 * directory `cron.d`, or when the sixth field of all lines is a user name; else `user`.
 *
 * @param path - absolute path of the file
 */
export function guessCrontabFormat(path: string, text: string): CrontabFormat {
  const directories = path.split(/[\\/]/)
  const file = directories.pop()
  if (file === 'crontab' && directories.includes('etc')) return 'system'
  if (directories.at(-1) === 'cron.d') return 'system'
  return everyLineNamesAUser(text) ? 'system' : 'user'
}

function everyLineNamesAUser(text: string): boolean {
  let namesSystemAccount = false
  for (const lineText of text.split(/\r?\n/)) {
    const line = readCrontabLine(lineText, 'user')
    if (line.kind !== 'job') continue
    const { words, rest } = takeWords(line.command, 1)
    const name = words[0] ?? ''
    if (!USER_NAME.test(name) || rest === '' || rest.startsWith('-')) return false
    namesSystemAccount ||= SYSTEM_ACCOUNTS.has(name)
  }
  return namesSystemAccount
}
