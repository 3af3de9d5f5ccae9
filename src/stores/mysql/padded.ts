/**
 * A list that is not empty made as long as the next power of two, its last item repeated: so that lists of any length make
 * few different statements, each of which is prepared once. A list that is read from JSON within the statement would be
 * read anew for every row.
 */
export function padded<T>(items: readonly T[]): readonly T[] {
  const length = 2 ** Math.ceil(Math.log2(items.length))
  return [...items, ...items.slice(-1).flatMap((last) => Array.from({ length: length - items.length }, () => last))]
}
