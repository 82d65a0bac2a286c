import type { Me, Role } from '../api/me.ts'
import type { IconName } from '../parts/icon.tsx'
import type { Words } from '../words/dictionaries.ts'

export interface Place {
  readonly to: string
  readonly name: keyof Words<'shell'>['pages']
  readonly icon: IconName
}

interface AccountPlace {
  readonly path: string
  readonly name: Place['name']
  readonly icon: IconName
  readonly roles: readonly Role[]
}

const EVERYBODY: readonly Role[] = ['owner', 'developer', 'billing', 'viewer']
const TECHNICAL: readonly Role[] = ['owner', 'developer']
const FINANCIAL: readonly Role[] = ['owner', 'billing']

const ACCOUNT_PLACES: readonly AccountPlace[] = [
  { path: 'instances', name: 'instances', icon: 'list', roles: EVERYBODY },
  { path: 'profile', name: 'profile', icon: 'profile', roles: EVERYBODY },
  { path: 'tokens', name: 'tokens', icon: 'key', roles: TECHNICAL },
  { path: 'hook', name: 'hook', icon: 'hook', roles: TECHNICAL },
  { path: 'brand', name: 'brand', icon: 'palette', roles: ['owner'] },
  { path: 'billing', name: 'billing', icon: 'card', roles: FINANCIAL },
  { path: 'people', name: 'people', icon: 'people', roles: ['owner'] },
]

export const OPERATOR_PLACES: readonly Place[] = [
  { to: '/operator/accounts', name: 'operatorAccounts', icon: 'account' },
  { to: '/operator/tariffs', name: 'operatorTariffs', icon: 'tag' },
  { to: '/operator/people', name: 'operatorPeople', icon: 'people' },
  { to: '/operator/audit', name: 'operatorAudit', icon: 'book' },
  { to: '/operator/health', name: 'operatorHealth', icon: 'health' },
]

/** The pages of an account that a role may see. The server decides; this only spares a person closed doors. */
export function accountPlaces(account: string, role: Role): readonly Place[] {
  return ACCOUNT_PLACES.filter(({ roles }) => roles.includes(role)).map(({ path, name, icon }) => ({
    to: `/a/${encodeURIComponent(account)}/${path}`,
    name,
    icon,
  }))
}

/** Virtual phones are there where a messenger is simulated, for those who link instances. */
export function hasPhones(me: Me): boolean {
  if (me.simulated.length === 0) return false
  return me.person.isOperator || me.memberships.some(({ role }) => TECHNICAL.includes(role))
}
