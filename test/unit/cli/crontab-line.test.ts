import { describe, expect, it } from 'vitest'

import { readCrontabLine, takeWords } from '../../../src/cli/crontab-line.ts'

describe('a line of a crontab', () => {
  it('is blank when it has only spaces and tabs', () => {
    expect(readCrontabLine('', 'user')).toEqual({ kind: 'blank' })
    expect(readCrontabLine(' \t ', 'user')).toEqual({ kind: 'blank' })
  })

  it('is a comment when its first mark is #, however far in', () => {
    expect(readCrontabLine('#0 5 * * * x', 'user')).toEqual({ kind: 'comment' })
    expect(readCrontabLine('  \t# later', 'system')).toEqual({ kind: 'comment' })
  })

  it('has five fields and a command in the user format', () => {
    expect(readCrontabLine('*/5 0-6 1,15 jan mon  /bin/run  --all', 'user')).toEqual({
      kind: 'job',
      schedule: '*/5 0-6 1,15 jan mon',
      command: '/bin/run  --all',
      unlogged: false,
    })
  })

  it('has a user before the command in the system format', () => {
    expect(readCrontabLine('\t0 5\t* * 0\twww-data\tphp a.php', 'system')).toEqual({
      kind: 'job',
      schedule: '0 5 * * 0',
      user: 'www-data',
      command: 'php a.php',
      unlogged: false,
    })
  })

  it('may have a macro instead of the five fields', () => {
    expect(readCrontabLine('@daily /bin/run', 'user')).toMatchObject({ schedule: '@daily', command: '/bin/run' })
    expect(readCrontabLine('@weekly root /bin/run', 'system')).toMatchObject({ user: 'root', command: '/bin/run' })
  })

  it('keeps % and # in the command as they are', () => {
    const line = readCrontabLine('0 0 * * * date +\\%F > f # tail%stdin', 'user')
    expect(line).toMatchObject({ command: 'date +\\%F > f # tail%stdin' })
  })

  it.each(['-*/10 * * * * root x', '- */10 * * * * root x'])('%s runs unlogged, as in cronie', (text) => {
    const line = readCrontabLine(text, 'system')
    expect(line).toMatchObject({ kind: 'job', schedule: '*/10 * * * *', user: 'root', unlogged: true })
  })

  it.each([
    ['SHELL=/bin/sh', 'SHELL', '/bin/sh'],
    ['  MAILTO =  me@x.org  ', 'MAILTO', 'me@x.org'],
    ['MAILTO=""', 'MAILTO', ''],
    ['EMPTY=', 'EMPTY', ''],
    [`GREETING='say "hi"'`, 'GREETING', 'say "hi"'],
    ['"MY NAME" = " a b "', 'MY NAME', ' a b '],
    ["'N'=1", 'N', '1'],
    ['OPTS=--a="1 2" b', 'OPTS', '--a="1 2" b'],
  ])('%s sets a variable', (text, name, value) => {
    expect(readCrontabLine(text, 'user')).toEqual({ kind: 'variable', name, value })
  })

  it.each([
    ['NAME="abc', 'the value of NAME has no closing "'],
    ['NAME="', 'the value of NAME has no closing "'],
    [`NAME='a' b`, "the value of NAME goes on after its closing '"],
  ])('%s is a variable that cannot be read', (text, reason) => {
    expect(readCrontabLine(text, 'user')).toEqual({ kind: 'unreadable', reason })
  })

  it('is a job when = appears only in its command', () => {
    expect(readCrontabLine('0 5 * * * A=1 run', 'user')).toMatchObject({ kind: 'job', command: 'A=1 run' })
    expect(readCrontabLine('@daily A=1 run', 'user')).toMatchObject({ kind: 'job', command: 'A=1 run' })
  })

  it.each([
    ['0 5 *', 'user', 'a schedule has five fields or is a macro such as @daily, got 3 of five'],
    ['0 5 * * *', 'user', 'there is no command after the schedule'],
    ['@daily', 'user', 'there is no command after the schedule'],
    ['0 5 * * *', 'system', 'there is no user and no command after the schedule'],
    ['0 5 * * * root', 'system', 'there is no command after the user root'],
    ['0 5 * * * /bin/x -a', 'system', 'a user name must come before the command, got /bin/x'],
    ['-', 'user', 'a schedule has five fields or is a macro such as @daily, got 0 of five'],
  ] as const)('"%s" in the %s format says what is missing', (text, format, reason) => {
    expect(readCrontabLine(text, format)).toEqual({ kind: 'unreadable', reason })
  })

  it('does not take a no-break space for a separator', () => {
    expect(readCrontabLine('0\u00A05 * * * x', 'user')).toMatchObject({ kind: 'unreadable' })
  })
})

describe('takeWords', () => {
  it('takes the first words and leaves the rest as it is', () => {
    expect(takeWords(' a \t b  c  d ', 2)).toEqual({ words: ['a', 'b'], rest: 'c  d' })
    expect(takeWords('a', 2)).toEqual({ words: ['a'], rest: '' })
  })
})
