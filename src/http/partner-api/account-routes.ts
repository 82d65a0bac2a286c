import Type from 'typebox'
import type { Instances } from '../../instances/instances.ts'
import { OWN_ACCOUNT, ownAccountView } from '../api/account-view.ts'
import type { ApiRow } from '../api/route.ts'
import { TOKEN, tokenView } from '../api/token-view.ts'
import { tokenRoute, type TokenCaller } from './caller.ts'

/** The account itself. */
export function accountRoutes(instances: Pick<Instances, 'living'>): readonly ApiRow<TokenCaller>[] {
  return [
    tokenRoute({
      verb: 'GET',
      at: '/account',
      summary: 'The account of the token, what was agreed with it, and the token that calls.',
      group: 'account',
      scope: 'read',
      answer: Type.Object({ ...OWN_ACCOUNT.properties, token: TOKEN }),
      handle: ({ account, token }) => ({
        ...ownAccountView(account, instances.living(account.id)),
        token: tokenView(token),
      }),
    }),
  ]
}
