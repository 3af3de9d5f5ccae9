/** How the demo's output looks. */

export function printHeading(text: string): void {
  console.log(`\n${text}\n${'-'.repeat(text.length)}`)
}

/** Prints rows below their column names, each column as wide as it needs. */
export function printTable(columns: readonly string[], rows: readonly (readonly string[])[]): void {
  const lines = [columns, ...rows]
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => line[index]?.length ?? 0)))
  for (const line of lines) {
    console.log(`  ${line.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('  ')}`.trimEnd())
  }
}

/** Time of day with milliseconds, as in the process's time zone. */
export function clockTime(at: Date | number): string {
  const instant = new Date(at)
  return `${instant.toTimeString().slice(0, 8)}.${String(instant.getMilliseconds()).padStart(3, '0')}`
}

export function milliseconds(value: number | null): string {
  return value === null ? '-' : `${Math.round(value)} ms`
}
