import Type from 'typebox'
import type { Instances } from '../../instances/instances.ts'
import { fault, isFault } from '../../model/fault.ts'
import { partnerActor } from '../../partners/actor.ts'
import type { PartnerBusiness } from '../../partners/partner-business.ts'
import type { PartnerCaller } from '../../partners/partner-tokens.ts'
import { isoTimeOrNull } from '../api/iso-time.ts'
import { pageSchema, PAGING } from '../api/paging.ts'
import type { ApiRow } from '../api/route.ts'
import { TERMS } from '../api/terms-view.ts'
import { ISSUED_TOKEN, issuedTokenView, TOKEN, tokenView } from '../api/token-view.ts'
import { pageOfAll } from '../api/whole-list.ts'
import { route } from './caller.ts'

const MOST_OVERLAP_SECONDS = 30 * 86_400
/** Long enough that whoever loses the answer can still ask for the new token with the old one. */
const OVERLAP_SECONDS = 86_400
const LOCKED_OUT = fault('invalid', "'overlapSeconds' must be above 0 for the token that calls")

const text = Type.String()
const id = Type.String({ minLength: 1, maxLength: 100 })

const ACCOUNT = Type.Object({
  accountId: text,
  name: text,
  kind: Type.Enum(['partner', 'personal']),
  partnerSince: Type.Union([text, Type.Null()]),
  instances: Type.Integer(),
  terms: TERMS,
  token: TOKEN,
})

export interface AccountRouteDeps {
  readonly business: Pick<PartnerBusiness, 'tokens'>
  readonly instances: Pick<Instances, 'living'>
}

/** The account itself and its tokens. */
export function accountRoutes({ business, instances }: AccountRouteDeps): readonly ApiRow<PartnerCaller>[] {
  return [
    route({
      verb: 'GET',
      at: '/account',
      summary: 'The account of the token, what was agreed with it, and the token that calls.',
      group: 'account',
      scope: 'read',
      answer: ACCOUNT,
      handle({ account, token }) {
        const { id: accountId, name, kind, partnerSince, terms } = account
        return {
          accountId,
          name,
          kind,
          partnerSince: isoTimeOrNull(partnerSince),
          instances: instances.living(accountId),
          terms,
          token: tokenView(token),
        }
      },
    }),
    ...tokenRoutes(business),
  ]
}

function tokenRoutes({ tokens }: Pick<PartnerBusiness, 'tokens'>): readonly ApiRow<PartnerCaller>[] {
  return [
    route({
      verb: 'GET',
      at: '/tokens',
      summary: "The account's tokens, those that are over too; never the secrets themselves.",
      group: 'account',
      scope: 'full',
      query: PAGING,
      answer: pageSchema(TOKEN),
      handle: ({ account }, { query }) => pageOfAll('tokens', tokens.of(account.id), query, tokenView),
    }),
    route({
      verb: 'POST',
      at: '/tokens/{id}/rotate',
      summary: 'Makes a new token with the same terms; the old one goes on for the overlap, a day where none is named.',
      group: 'account',
      scope: 'full',
      path: { id },
      body: { overlapSeconds: Type.Optional(Type.Integer({ minimum: 0, maximum: MOST_OVERLAP_SECONDS })) },
      answer: ISSUED_TOKEN,
      created: true,
      async handle(caller, { path, body }) {
        const { overlapSeconds = OVERLAP_SECONDS } = body
        if (overlapSeconds === 0 && path.id === caller.token.id) return LOCKED_OUT
        const issued = await tokens.rotate(caller.account.id, path.id, overlapSeconds * 1000, partnerActor(caller))
        return isFault(issued) ? issued : issuedTokenView(issued)
      },
    }),
    route({
      verb: 'POST',
      at: '/tokens/{id}/show',
      summary: 'Shows a token itself; that it was shown is in the audit log.',
      group: 'account',
      scope: 'full',
      path: { id },
      answer: ISSUED_TOKEN,
      async handle(caller, { path }) {
        const shown = await tokens.show(caller.account.id, path.id, partnerActor(caller))
        return isFault(shown) ? shown : issuedTokenView(shown)
      },
    }),
  ]
}
