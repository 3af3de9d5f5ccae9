import { describe, expect, it } from 'vitest'

import { cutText, printable, renderTable } from '../../../src/cli/table.ts'

describe('a table', () => {
  const columns = [{ header: 'N', align: 'right' }, { header: 'NAME' }, { header: 'COMMAND' }] as const

  it('aligns its columns under their headers, without trailing spaces', () => {
    const rows = [
      ['1', 'a', 'run'],
      ['12', 'long name', ''],
    ]
    expect(renderTable(columns, rows, 80)).toEqual([' N  NAME       COMMAND', ' 1  a          run', '12  long name'])
  })

  it('cuts only the last column, to the width of the terminal', () => {
    const [, line] = renderTable(columns, [['1', 'a', 'x'.repeat(100)]], 40)
    expect(line).toHaveLength(40)
    expect(line?.endsWith('x…')).toBe(true)
  })

  it('leaves eight columns of the last one on a terminal that is too narrow', () => {
    const [, line] = renderTable(columns, [['1', 'name', 'x'.repeat(100)]], 5)
    expect(line).toBe(`1  name  ${'x'.repeat(7)}…`)
  })

  it('counts an emoji as one character', () => {
    expect(renderTable(columns, [['1', '🕰️', 'x']], 80)[1]).toMatch(/x$/)
    expect(cutText('🕰🕰🕰', 2)).toBe('🕰…')
  })

  it('never lets a cell steer the terminal', () => {
    expect(printable('a\u001B[31mred\u0007\tb\u202E')).toBe('a\uFFFD[31mred\uFFFD b\uFFFD')
    expect(renderTable(columns, [['1', 'a', '\u001B[2J']], 80)[1]).not.toContain('\u001B')
  })
})
