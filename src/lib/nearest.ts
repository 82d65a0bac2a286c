/** How many letters must be put in, left out or replaced to make one word of the other. */
export function editDistance(left: string, right: string): number {
  let above = [0, ...Array.from(right, (_, column) => column + 1)]
  for (const [row, letter] of Array.from(left).entries()) {
    const line = [row + 1]
    for (const [column, other] of Array.from(right).entries()) {
      const replaced = (above[column] ?? 0) + (letter === other ? 0 : 1)
      line.push(Math.min(replaced, (above[column + 1] ?? 0) + 1, (line[column] ?? 0) + 1))
    }
    above = line
  }
  return above.at(-1) ?? left.length
}

/** The candidate that was most likely meant, or null when none is close (more than `most` letters differ, by default a third). */
export function nearest(word: string, candidates: Iterable<string>, most = Math.floor(word.length / 3)): string | null {
  let best: string | null = null
  let least = most + 1
  for (const candidate of candidates) {
    const distance = editDistance(word, candidate)
    if (distance < least) {
      best = candidate
      least = distance
    }
  }
  return best
}
