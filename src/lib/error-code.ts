/** What Node and many libraries say beside the text of an error: `ECONNREFUSED`. Undefined where there is none. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
