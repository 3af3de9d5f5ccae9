/**
 * Columns of text, aligned. Only the last column may be cut, so the numbers and times before it stay whole.
 */

/** A column of a table. */
export interface Column {
  readonly header: string
  readonly align?: 'left' | 'right'
}

const GAP = '  '
const SHORTEST_LAST_COLUMN = 8

/**
 * The lines of a table, header first, without trailing spaces.
 *
 * @param width - columns of the terminal; the last column is cut to fit, but never below 8
 */
export function renderTable(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): string[] {
  const cells = [columns.map(({ header }) => header), ...rows.map((row) => row.map(printable))]
  const widths = columns.map((_, column) => Math.max(...cells.map((row) => lengthOf(row[column] ?? ''))))
  const last = columns.length - 1
  const before = widths.slice(0, last).reduce((sum, size) => sum + size + GAP.length, 0)
  const room = Math.max(SHORTEST_LAST_COLUMN, width - before)
  return cells.map((row) =>
    row
      .map((text, column) => {
        if (column === last) return cutText(text, room)
        const padding = ' '.repeat((widths[column] ?? 0) - lengthOf(text))
        return columns[column]?.align === 'right' ? padding + text : text + padding
      })
      .join(GAP)
      .trimEnd(),
  )
}

/** The text in at most `width` characters, ending in `…` when it was cut. */
export function cutText(text: string, width: number): string {
  const characters = [...text]
  return characters.length <= width ? text : `${characters.slice(0, width - 1).join('')}…`
}

/** The text with nothing in it that would move the cursor or colour the terminal: files are other people's. */
export function printable(text: string): string {
  return text.replaceAll('\t', ' ').replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\u{FFFD}')
}

function lengthOf(text: string): number {
  return [...text].length
}
