/** Who does something, as the audit log and the ledger name him: `operator`, `cli`, `system`, or `partner:{token id}`. */
export type Actor = 'operator' | 'cli' | 'system' | `partner:${string}`

/** Whoever calls with a partner's token. */
export function partnerActor({ token }: { readonly token: { readonly id: string } }): Actor {
  return `partner:${token.id}`
}
