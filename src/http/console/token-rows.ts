import Type from 'typebox'
import { isFault, type Fault } from '../../model/fault.ts'
import { isRepeated } from '../../model/once.ts'
import type { PartnerBusiness } from '../../partners/partner-business.ts'
import type { TokenInfo } from '../../partners/partner-tokens.ts'
import { accountRoute as route, type AccountCaller } from '../api/account-caller.ts'
import type { ApiRow } from '../api/route.ts'
import { ISSUED_TOKEN, issuedTokenView, TOKEN, tokenView } from '../api/token-view.ts'
import { tokenTerms, tokenTermsOf } from '../operator/fields.ts'

const group = 'tokens'
const path = { id: Type.String({ minLength: 1, maxLength: 100 }) }

/** What people may do with the tokens of their account and tokens themselves may not: give more than their holder has. */
export function memberTokenRows({ tokens }: Pick<PartnerBusiness, 'tokens'>): readonly ApiRow<AccountCaller>[] {
  return [
    route({
      verb: 'POST',
      at: '/tokens',
      summary: 'Issues a token to the account and shows it.',
      group,
      scope: 'full',
      body: tokenTerms,
      answer: ISSUED_TOKEN,
      created: true,
      idempotent: true,
      async handle({ account, actor, tokenScope }, { body, once }) {
        const terms = tokenTermsOf(body)
        if (isFault(terms)) return terms
        const made = await tokens.issue(account.id, terms, actor, once(issuedTokenView), tokenScope)
        return isFault(made) || isRepeated(made) ? made : issuedTokenView(made)
      },
    }),
    route({
      verb: 'PATCH',
      at: '/tokens/{id}',
      summary: 'Changes what a token may do, from where, and until when; what is not there stays.',
      group,
      scope: 'full',
      path,
      body: tokenTerms,
      answer: TOKEN,
      async handle({ account, actor, tokenScope }, { path: { id }, body }) {
        const terms = tokenTermsOf(body)
        return isFault(terms) ? terms : told(await tokens.change(account.id, id, terms, actor, tokenScope))
      },
    }),
    route({
      verb: 'DELETE',
      at: '/tokens/{id}',
      summary: 'Revokes a token at once and for good.',
      group,
      scope: 'full',
      path,
      answer: TOKEN,
      handle: async ({ account, actor }, { path: { id } }) => told(await tokens.revoke(account.id, id, actor)),
    }),
  ]
}

function told(token: TokenInfo | Fault): object {
  return isFault(token) ? token : tokenView(token)
}
