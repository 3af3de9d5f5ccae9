/** A table of a page in `docs` that a command writes, row by row: the others stay as they are. */

import { readFileSync, writeFileSync } from 'node:fs'
import { markdownTable } from '../bench/frame/format.mjs'

/**
 * Puts rows into the table between `<!-- NAME -->` and `<!-- end of NAME -->`. A row takes the place of the one with the
 * same first cell.
 * @param {string} path
 * @param {string} name
 * @param {string[]} columns
 * @param {string[][]} rows
 */
export function writeRows(path, name, columns, rows) {
  const page = readFileSync(path, 'utf8')
  const begin = `<!-- ${name} -->`
  const from = page.indexOf(begin)
  const to = page.indexOf(`<!-- end of ${name} -->`)
  if (from < 0 || to < from) throw new Error(`${path}: the markers of ${name} are missing`)
  const table = new Map(
    [...rowsOf(page.slice(from + begin.length, to), columns), ...rows].map((cells) => [cells[0], cells]),
  )
  const text = markdownTable(columns, [...table.values()])
  writeFileSync(path, `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`)
}

/** The rows of a Markdown table, where it has these columns. */
function rowsOf(text, columns) {
  const [head, , ...rows] = text
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    )
  return head?.join('|') === columns.join('|') ? rows : []
}
