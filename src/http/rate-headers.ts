const known = new Map<number, readonly (readonly string[])[]>()

/** Names and values of the headers that tell what is left of a budget. Made once for each rate and rest, since every answer needs them. */
export function rateHeaders(remaining: number, perSecond: number): readonly string[] {
  if (!Number.isInteger(perSecond) || perSecond > 100) return makeRateHeaders(remaining, perSecond)
  let rows = known.get(perSecond)
  if (rows === undefined) {
    rows = Array.from({ length: perSecond + 1 }, (_, left) => makeRateHeaders(left, perSecond))
    known.set(perSecond, rows)
  }
  return rows[remaining] ?? makeRateHeaders(remaining, perSecond)
}

function makeRateHeaders(remaining: number, perSecond: number): readonly string[] {
  return ['X-RateLimit-Remaining', String(remaining), 'X-RateLimit-Replenish-Rate', String(perSecond)]
}
