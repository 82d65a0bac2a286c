/** A token that an operator chooses: it goes into a path as it is, so nothing that would have to be escaped there. */
export const TOKEN_TEXT = '^[A-Za-z0-9._~-]{8,128}$'

const tokenText = new RegExp(TOKEN_TEXT)

export function isTokenText(text: string): boolean {
  return tokenText.test(text)
}
