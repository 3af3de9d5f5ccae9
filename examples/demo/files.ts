/** What the jobs of the service left in its directory. */

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Lists it in a few lines. Gives how many reminders were written. */
export async function showFiles(directory: string): Promise<{ readonly remindersWritten: number }> {
  const names = await readdir(directory)
  const reports = names.filter((name) => name.startsWith('report-'))
  console.log(`  ${names.filter((name) => name.endsWith('.log.gz')).length} rotated and compressed access logs`)
  console.log(`  ${reports.length} reports:`)
  for (const name of reports.sort()) console.log(`    ${await contents(directory, name)}`)
  const reminders = names.includes('reminders.txt') ? await contents(directory, 'reminders.txt') : ''
  console.log(`  reminders: ${reminders}`)
  return { remindersWritten: reminders === '' ? 0 : reminders.split('\n').length }
}

async function contents(directory: string, name: string): Promise<string> {
  const text = await readFile(join(directory, name), 'utf8')
  return name.endsWith('.json') ? JSON.stringify(JSON.parse(text)) : text.trim()
}
