/** A token that an operator chooses: it goes into a path as it is, so nothing that would have to be escaped there. */
export function isTokenText(text: string): boolean {
  return /^[A-Za-z0-9._~-]{8,128}$/.test(text)
}
