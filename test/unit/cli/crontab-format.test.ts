import { describe, expect, it } from 'vitest'

import { guessCrontabFormat } from '../../../src/cli/crontab-format.ts'

describe('the format of a crontab without a flag', () => {
  it.each(['/etc/crontab', '/usr/local/etc/crontab', '/mnt/root/etc/crontab', '/etc/cron.d/php', '/backup/cron.d/x'])(
    '%s has a user column, whatever its lines say',
    (path) => {
      expect(guessCrontabFormat(path, '0 5 * * * /bin/x\n')).toBe('system')
    },
  )

  it.each(['/home/a/crontab', '/var/spool/cron/crontabs/maria', '/etc/anacrontab', '/home/a/cron.d.txt'])(
    '%s is judged by its lines',
    (path) => {
      expect(guessCrontabFormat(path, '0 5 * * * /bin/x\n')).toBe('user')
      expect(guessCrontabFormat(path, '0 5 * * * root /bin/x\n')).toBe('system')
    },
  )

  it('is system when every line names a user and one of them is an account of the system', () => {
    const text = '# c\nSHELL=/bin/sh\n@daily postgres pg_dump x\n* * * * * deploy /srv/run\n'
    expect(guessCrontabFormat('/home/a/saved', text)).toBe('system')
  })

  it.each([
    ['no line is there', '# nothing\n'],
    ['one line has a path', '0 5 * * * root /bin/x\n0 6 * * * /bin/y z\n'],
    ['the first word of the commands is a program', '0 5 * * * tar -zcf x.tgz /home\n'],
    ['the first word could be a user, but none of the known ones', '0 5 * * * php /srv/a.php\n'],
    ['a command is one word', '0 5 * * * backup\n'],
    ['a command is named like an account', '0 5 * * * mail -s hello root\n'],
  ])('is user when %s', (_, text) => {
    expect(guessCrontabFormat('/home/a/saved', text)).toBe('user')
  })
})
