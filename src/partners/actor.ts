/** Who does something, as the audit log and the ledger name him: `operator`, `cli`, `system`, `partner:{token id}`, or `person:{id}`. */
export type Actor = 'operator' | 'cli' | 'system' | `partner:${string}` | `person:${string}`

/** Whoever is signed in to the console. */
export function personActor({ id }: { readonly id: string }): Actor {
  return `person:${id}`
}

/** Whoever calls with a partner's token. */
export function partnerActor({ token }: { readonly token: { readonly id: string } }): Actor {
  return `partner:${token.id}`
}

/** The id of the token that somebody calls with; undefined for whoever calls with none. */
export function tokenOf(actor: Actor): string | undefined {
  return actor.startsWith(PARTNER) ? actor.slice(PARTNER.length) : undefined
}

/** The id of the person who did it; undefined for whoever else. `actor`: as it is stored. */
export function personOf(actor: string): string | undefined {
  return actor.startsWith(PERSON) ? actor.slice(PERSON.length) : undefined
}

const PARTNER = 'partner:'
const PERSON = 'person:'
