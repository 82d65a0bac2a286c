const MASK = '***'

/**
 * What looks like a secret wherever it stands: partner tokens (`gac.` and what follows), long runs of hex (instance tokens have 50
 * digits, keys 64; ids are shorter), and the value of an Authorization header, also inside quoted JSON.
 */
const LOOKS_SECRET: readonly (readonly [RegExp, string])[] = [
  [/\bgac\.[A-Za-z0-9._~-]+/gi, `gac.${MASK}`],
  [/(?<![A-Za-z0-9])[0-9a-f]{44,}(?![A-Za-z0-9])/gi, MASK],
  [/(authorization[\\"'\s:=]{1,8})((?:basic|bearer)\s+)?[^\s"'\\,;}]+/gi, `$1$2${MASK}`],
  [/\b((?:basic|bearer)\s+)[A-Za-z0-9._~+/=-]{8,}/gi, `$1${MASK}`],
]

/** A function that masks everything that looks like a secret, and each of `literals` (given tokens need not look like one). */
export function masking(literals: readonly string[] = []): (text: string) => string {
  const longestFirst = literals.filter((secret) => secret !== '').sort((left, right) => right.length - left.length)
  return (text) => {
    let masked = text
    for (const secret of longestFirst) masked = masked.replaceAll(secret, MASK)
    for (const [pattern, replacement] of LOOKS_SECRET) masked = masked.replace(pattern, replacement)
    return masked
  }
}
