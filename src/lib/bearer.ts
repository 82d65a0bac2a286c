/** The token of a header `Authorization: Bearer …`; undefined where there is none. */
export function bearerToken(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
): string | undefined {
  const { authorization } = headers
  return typeof authorization === 'string' ? /^Bearer +(\S+) *$/i.exec(authorization)?.[1] : undefined
}
