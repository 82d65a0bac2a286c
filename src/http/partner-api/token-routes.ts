import Type from 'typebox'
import { fault, isFault } from '../../model/fault.ts'
import { isRepeated } from '../../model/once.ts'
import { tokenOf } from '../../partners/actor.ts'
import type { PartnerBusiness } from '../../partners/partner-business.ts'
import { accountRoute as route, type AccountCaller } from '../api/account-caller.ts'
import { pageSchema, PAGING } from '../api/paging.ts'
import type { ApiRow } from '../api/route.ts'
import { ISSUED_TOKEN, issuedTokenView, TOKEN, tokenView } from '../api/token-view.ts'
import { pageOfAll } from '../api/whole-list.ts'

const MOST_OVERLAP_SECONDS = 30 * 86_400
/** Long enough that whoever loses the answer can still ask for the new token with the old one. */
const OVERLAP_SECONDS = 86_400
const LOCKED_OUT = fault('invalid', "'overlapSeconds' must be above 0 for the token that calls")

const id = Type.String({ minLength: 1, maxLength: 100 })

/** The tokens of the account. */
export function tokenRoutes({ tokens }: Pick<PartnerBusiness, 'tokens'>): readonly ApiRow<AccountCaller>[] {
  return [
    route({
      verb: 'GET',
      at: '/tokens',
      summary: "The account's tokens, those that are over too; never the secrets themselves.",
      group: 'tokens',
      scope: 'full',
      query: PAGING,
      answer: pageSchema(TOKEN),
      handle: ({ account }, { query }) => pageOfAll('tokens', tokens.of(account.id), query, tokenView),
    }),
    route({
      verb: 'POST',
      at: '/tokens/{id}/rotate',
      summary: 'Makes a new token with the same terms; the old one goes on for the overlap, a day where none is named.',
      group: 'tokens',
      scope: 'full',
      path: { id },
      body: { overlapSeconds: Type.Optional(Type.Integer({ minimum: 0, maximum: MOST_OVERLAP_SECONDS })) },
      answer: ISSUED_TOKEN,
      created: true,
      idempotent: true,
      async handle({ account, actor, tokenScope }, { path, body, once }) {
        const { overlapSeconds = OVERLAP_SECONDS } = body
        if (overlapSeconds === 0 && path.id === tokenOf(actor)) return LOCKED_OUT
        const first = once(issuedTokenView)
        const issued = await tokens.rotate(account.id, path.id, overlapSeconds * 1000, actor, first, tokenScope)
        return isFault(issued) || isRepeated(issued) ? issued : issuedTokenView(issued)
      },
    }),
    route({
      verb: 'POST',
      at: '/tokens/{id}/show',
      summary: 'Shows a token itself; that it was shown is in the audit log.',
      group: 'tokens',
      scope: 'full',
      path: { id },
      answer: ISSUED_TOKEN,
      async handle({ account, actor, tokenScope }, { path }) {
        const shown = await tokens.show(account.id, path.id, actor, tokenScope)
        return isFault(shown) ? shown : issuedTokenView(shown)
      },
    }),
  ]
}
