/**
 * One line of a crontab, taken apart into its words. Pure text: nothing is computed, no other line is known, and no
 * text whatever makes it throw. Whether a schedule makes sense is decided later, in `crontab-file.ts`.
 *
 * Only space and tab separate words, as in every cron: a no-break space that came with a copied line must be found
 * here, not by the daemon.
 */

/** `user`: `m h dom mon dow command`; `system`: with the name of a user before the command. */
export type CrontabFormat = 'user' | 'system'

/** What a line says, without what it means. */
export type CrontabLine =
  | { readonly kind: 'blank' }
  | { readonly kind: 'comment' }
  | { readonly kind: 'unreadable'; readonly reason: string }
  | CrontabVariableLine
  | CrontabJobLine

/** A setting for the lines that follow; quotes are taken off. */
export interface CrontabVariableLine {
  readonly kind: 'variable'
  readonly name: string
  readonly value: string
}

/** A schedule and what it runs. */
export interface CrontabJobLine {
  readonly kind: 'job'
  /** Five fields separated by one space, or a macro such as `@daily`. */
  readonly schedule: string
  /** Only in the system format. */
  readonly user?: string
  /** As written, `%` included. */
  readonly command: string
  /** The line begins with `-`: cronie runs it without writing to the system log. */
  readonly unlogged: boolean
}

const VARIABLE = /^(?:"([^"]*)"|'([^']*)'|([A-Za-z_][\w.-]*))[ \t]*=[ \t]*(.*)$/

/** Reads one line; `text` has no line break. */
export function readCrontabLine(text: string, format: CrontabFormat): CrontabLine {
  const line = trim(text)
  if (line === '') return { kind: 'blank' }
  if (line.startsWith('#')) return { kind: 'comment' }
  const variable = VARIABLE.exec(line)
  if (variable === null) return readJob(line, format)
  const [, doubleQuoted, singleQuoted, bare, value = ''] = variable
  return readVariable(doubleQuoted ?? singleQuoted ?? bare ?? '', value)
}

function readVariable(name: string, text: string): CrontabLine {
  const quote = text[0]
  if (quote !== '"' && quote !== "'") return { kind: 'variable', name, value: text }
  const end = text.indexOf(quote, 1)
  if (end === text.length - 1 && end > 0) return { kind: 'variable', name, value: text.slice(1, -1) }
  const problem = end === -1 ? `has no closing ${quote}` : `goes on after its closing ${quote}`
  return { kind: 'unreadable', reason: `the value of ${name} ${problem}` }
}

function readJob(line: string, format: CrontabFormat): CrontabLine {
  const unlogged = line.startsWith('-')
  const text = unlogged ? trim(line.slice(1)) : line
  const fields = text.startsWith('@') ? 1 : 5
  const { words, rest: command } = takeWords(text, format === 'system' ? fields + 1 : fields)
  const schedule = words.slice(0, fields).join(' ')
  if (words.length < fields) {
    return {
      kind: 'unreadable',
      reason: `a schedule has five fields or is a macro such as @daily, got ${words.length} of five`,
    }
  }
  if (format === 'user') {
    if (command === '') return { kind: 'unreadable', reason: 'there is no command after the schedule' }
    return { kind: 'job', schedule, command, unlogged }
  }
  const user = words[fields]
  if (user === undefined) return { kind: 'unreadable', reason: 'there is no user and no command after the schedule' }
  if (!/^\w/.test(user)) {
    return { kind: 'unreadable', reason: `a user name must come before the command, got ${user}` }
  }
  if (command === '') return { kind: 'unreadable', reason: `there is no command after the user ${user}` }
  return { kind: 'job', schedule, user, command, unlogged }
}

/** The first words of a text, at most `count`, and what follows them. */
export function takeWords(text: string, count: number): { words: string[]; rest: string } {
  const words: string[] = []
  let rest = trim(text)
  while (words.length < count && rest !== '') {
    const end = rest.search(/[ \t]/)
    words.push(end === -1 ? rest : rest.slice(0, end))
    rest = end === -1 ? '' : trim(rest.slice(end))
  }
  return { words, rest }
}

function trim(text: string): string {
  return text.replace(/^[ \t]+/, '').replace(/[ \t]+$/, '')
}
