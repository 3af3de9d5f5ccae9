/** Numbers and tables as text. The tables are Markdown, padded so that they read as well in a terminal. */

import { quotient } from './statistics.mjs'

const UNITS = [
  [1e6, 'M'],
  [1e3, 'k'],
]

/** 12345678 -> `12.3 M`; three significant digits; `-` for a value that was not measured. */
export function rate(value) {
  if (value === undefined) return '-'
  for (const [size, letter] of UNITS) if (value >= size) return `${digits(value / size)} ${letter}`
  return digits(value)
}

/** Three significant digits, never in scientific notation. */
export function digits(value) {
  if (value === undefined) return '-'
  const magnitude = Math.abs(value)
  if (magnitude >= 100) return Math.round(value).toLocaleString('en-US')
  if (magnitude >= 10) return value.toFixed(1)
  return value.toFixed(2)
}

/** @param {number | undefined} bytes */
export function kilobytes(bytes) {
  return bytes === undefined ? '-' : `${digits(bytes / 1_000)} kB`
}

/** @param {number | undefined} time */
export function milliseconds(time) {
  return time === undefined ? '-' : `${digits(time)} ms`
}

/** A multiple: `312 x`. */
export function times(factor) {
  return factor === undefined ? '-' : `${digits(factor)} x`
}

/** `ours` as a multiple of `theirs`. */
export function ratio(ours, theirs) {
  return times(quotient(ours, theirs))
}

/** @param {number | undefined} share - of one */
export function percent(share) {
  return share === undefined ? '-' : `${digits(share * 100)} %`
}

/**
 * @param {string[]} columns - the first is text and aligned left, the others are numbers and aligned right
 * @param {string[][]} rows
 */
export function markdownTable(columns, rows) {
  const widths = columns.map((column, index) => Math.max(3, column.length, ...rows.map((row) => row[index].length)))
  const line = (cells) =>
    `| ${cells.map((cell, index) => (index === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[index]))).join(' | ')} |`
  const rule = `| ${widths.map((width, index) => (index === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`
  return [line(columns), rule, ...rows.map(line)].join('\n')
}
