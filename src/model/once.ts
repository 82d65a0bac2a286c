/** The outcome of an idempotent call that was made before: what that call's body was and what it answered. */
export interface Repeated {
  readonly earlier: { readonly bodyHash: string; readonly answer: string }
}

export function isRepeated(value: unknown): value is Repeated {
  return typeof value === 'object' && value !== null && 'earlier' in value
}
