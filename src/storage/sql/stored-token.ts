import type { PartnerTokenRow } from '../../model/account.ts'

/**
 * Nodes of a version that knows no tokens for developers read the same rows while a cluster is upgraded. They would take a word that they do not know
 * for a broken row, and go on with all tokens as they were; and one that they know would open the money. So such a token is stored as one that
 * reads, under a text that nobody can send: no token has a colon. They list it, can revoke it, and let nobody in by it.
 */
const MARK = 'developer:'

type Token = Pick<PartnerTokenRow, 'token' | 'scope'>

/** What is in the columns of a token. */
export interface StoredToken {
  readonly text: string
  readonly scope: 'full' | 'read'
}

export function storedToken({ token, scope }: Token): StoredToken {
  return scope === 'developer' ? { text: MARK + token, scope: 'read' } : { text: token, scope }
}

/** The mark alone counts: a node that knows nothing of it may have stored another scope beside it. */
export function tokenIn({ text, scope }: StoredToken): Token {
  return text.startsWith(MARK) ? { token: text.slice(MARK.length), scope: 'developer' } : { token: text, scope }
}
