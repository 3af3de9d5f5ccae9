/**
 * "Did you mean": the known word that a mistyped one comes closest to.
 */

/** The candidate that `word` abbreviates, or that is at most two edits away; undefined when none is near. */
export function closestWord(word: string, candidates: readonly string[]): string | undefined {
  const abbreviated = candidates.find((candidate) => word.length > 1 && candidate.startsWith(word))
  if (abbreviated !== undefined) return abbreviated
  let best: string | undefined
  let bestDistance = 3
  for (const candidate of candidates) {
    const distance = editDistance(word, candidate)
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** Levenshtein distance: how many characters must be added, dropped or replaced. */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const replaced = (previous[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1)
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1))
    }
    previous = current
  }
  return previous[to.length] ?? from.length
}
