/** Who does something, as the audit log and the ledger name him: `operator`, `cli`, `system`, or `partner:{token id}`. */
export type Actor = 'operator' | 'cli' | 'system' | `partner:${string}`

/** Whoever calls with a partner's token. */
export function partnerActor({ token }: { readonly token: { readonly id: string } }): Actor {
  return `partner:${token.id}`
}

/** The id of the token that somebody calls with; undefined for whoever calls with none. */
export function tokenOf(actor: Actor): string | undefined {
  return actor.startsWith(PARTNER) ? actor.slice(PARTNER.length) : undefined
}

const PARTNER = 'partner:'
