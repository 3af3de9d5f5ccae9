/** A statement with the values bound to it, put together piece by piece. */

/** What a column can hold. */
export type SqlValue = string | number | null

/** A row by column name, as a driver gave it. */
export type SqlRow = Readonly<Record<string, unknown>>

/** Values in the order of their placeholders. Lists are for servers that take arrays. */
export class BoundValues {
  readonly list: unknown[] = []

  /** Binds a value; gives its placeholder (`$1`, `$2`, ...). */
  bind(value: SqlValue | readonly (SqlValue | boolean)[]): string {
    this.list.push(value)
    return `$${this.list.length}`
  }
}
