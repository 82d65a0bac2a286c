import Type from 'typebox'
import { isFault, type Fault } from '../../model/fault.ts'
import { isRepeated } from '../../model/once.ts'
import type { IssuedToken, TokenInfo } from '../../partners/partner-tokens.ts'
import { pageSchema, PAGING } from '../api/paging.ts'
import { defineRoute, type ApiRow } from '../api/route.ts'
import { ISSUED_TOKEN, issuedTokenView, TOKEN, tokenView } from '../api/token-view.ts'
import * as fields from './fields.ts'
import type { OperatorCaller } from './operator-door.ts'
import type { OperatorParts } from './operator-parts.ts'
import { pageOfAll } from '../api/whole-list.ts'

const route = defineRoute<OperatorCaller>()
const group = 'tokens'
const { Optional: optional } = Type
const path = { ...fields.accountPath, tokenId: Type.String({ minLength: 1, maxLength: 64 }) }
const MOST_OVERLAP_SECONDS = 366 * 86_400

/** The tokens of partner accounts. A token itself is in the answer where it is made, and where it is asked for. */
export function tokenRoutes(parts: OperatorParts): readonly ApiRow<OperatorCaller>[] {
  return [...accountTokenRoutes(parts), ...changingRoutes(parts), ...tellingRoutes(parts)]
}

function accountTokenRoutes(parts: OperatorParts): readonly ApiRow<OperatorCaller>[] {
  const { tokens } = parts.business
  const common = { at: '/accounts/{id}/tokens', group, path: fields.accountPath } as const
  return [
    route({
      ...common,
      verb: 'GET',
      summary: 'Lists the tokens of an account, those that are over too, without the tokens themselves.',
      scope: 'read',
      query: PAGING,
      answer: pageSchema(TOKEN),
      handle: (_caller, { path: { id }, query }) =>
        fields.withAccount(parts, id, (account) => pageOfAll('tokens', tokens.of(account.id), query, tokenView)),
    }),
    route({
      ...common,
      verb: 'POST',
      summary: 'Issues a token to a partner account and shows it.',
      scope: 'full',
      body: { ...fields.tokenTerms, token: optional(fields.tokenText) },
      answer: ISSUED_TOKEN,
      created: true,
      idempotent: true,
      handle: async ({ actor }, { path: { id }, body: { token, ...given }, once }) => {
        const terms = fields.tokenTermsOf(given)
        if (isFault(terms)) return terms
        const wanted = token === undefined ? terms : { ...terms, token }
        const made = await tokens.issue(fields.accountId(id), wanted, actor, once(issuedTokenView))
        return isRepeated(made) ? made : issued(made)
      },
    }),
  ]
}

function changingRoutes({ business: { tokens } }: OperatorParts): readonly ApiRow<OperatorCaller>[] {
  const common = { at: '/accounts/{id}/tokens/{tokenId}', group, scope: 'full', path, answer: TOKEN } as const
  return [
    route({
      ...common,
      verb: 'PATCH',
      summary: 'Changes what a token may do, from where, and until when; what is not there stays.',
      body: fields.tokenTerms,
      handle: async ({ actor }, { path: { id, tokenId }, body }) => {
        const terms = fields.tokenTermsOf(body)
        return isFault(terms) ? terms : told(await tokens.change(fields.accountId(id), tokenId, terms, actor))
      },
    }),
    route({
      ...common,
      verb: 'DELETE',
      summary: 'Revokes a token at once and for good.',
      handle: async ({ actor }, { path: { id, tokenId } }) =>
        told(await tokens.revoke(fields.accountId(id), tokenId, actor)),
    }),
  ]
}

function tellingRoutes({ business: { tokens } }: OperatorParts): readonly ApiRow<OperatorCaller>[] {
  const common = { verb: 'POST', group, scope: 'full', path, answer: ISSUED_TOKEN } as const
  return [
    route({
      ...common,
      at: '/accounts/{id}/tokens/{tokenId}/rotate',
      summary:
        'Makes a new token with the same terms and shows it; the old one goes on for the overlap; 0 ends it at once.',
      created: true,
      idempotent: true,
      body: { overlapSeconds: Type.Integer({ minimum: 0, maximum: MOST_OVERLAP_SECONDS }) },
      handle: async ({ actor }, { path: { id, tokenId }, body, once }) => {
        const overlapMs = body.overlapSeconds * 1000
        const made = await tokens.rotate(fields.accountId(id), tokenId, overlapMs, actor, once(issuedTokenView))
        return isRepeated(made) ? made : issued(made)
      },
    }),
    route({
      ...common,
      at: '/accounts/{id}/tokens/{tokenId}/show',
      summary: 'Shows a token itself; that it was shown stands in the audit log.',
      handle: async ({ actor }, { path: { id, tokenId } }) =>
        issued(await tokens.show(fields.accountId(id), tokenId, actor)),
    }),
  ]
}

function told(token: TokenInfo | Fault): object {
  return isFault(token) ? token : tokenView(token)
}

function issued(token: IssuedToken | Fault): object {
  return isFault(token) ? token : issuedTokenView(token)
}
