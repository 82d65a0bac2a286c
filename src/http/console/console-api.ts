import type { IncomingMessage } from 'node:http'
import type { FastifyPluginCallback } from 'fastify'
import Type from 'typebox'
import { ACCOUNT_SUSPENDED, fault, isFault, type Fault } from '../../model/fault.ts'
import type { AccountId } from '../../model/ids.ts'
import { personActor } from '../../partners/actor.ts'
import type { AccountCaller } from '../api/account-caller.ts'
import { apiRoutes, type ApiOptions, type Asking } from '../api/api-routes.ts'
import { defineRoute, type ApiRow } from '../api/route.ts'
import type { OperatorCaller } from '../operator/operator-door.ts'
import type { DescribedRoute } from '../reference/described.ts'
import type { ConsoleCaller, Role } from './caller.ts'
import type { ConsoleDoor } from './door.ts'
import { rightOf } from '../api/rights.ts'

// The console has no second implementation of anything: behind its own door it serves the rows of the partner API, of the operator API, and few of
// its own. A row for whoever is signed in goes to `person`, one for the members of an account to `account` (its group must stand in rights.ts), one
// for persons who run the server to `operator`.

export const CONSOLE_BASE = '/api/console'
export const CONSOLE_ACCOUNT_BASE = `${CONSOLE_BASE}/accounts/{account}`
export const CONSOLE_OPERATOR_BASE = `${CONSOLE_BASE}/operator`

/** A person who acts in an account. */
export interface MemberCaller extends AccountCaller, ConsoleCaller {
  readonly role: Role
}

/** A person who runs the server. */
export type OperatorPerson = OperatorCaller & ConsoleCaller

/** Defines a row for whoever is signed in. */
export const personRoute = defineRoute<ConsoleCaller>()
/** Defines a row for the members of an account. */
export const memberRoute = defineRoute<MemberCaller>()
/** Defines a row for persons who run the server. */
export const operatorPersonRoute = defineRoute<OperatorPerson>()

export interface ConsoleRows {
  readonly person: readonly ApiRow<ConsoleCaller>[]
  readonly account: readonly ApiRow<MemberCaller>[]
  readonly operator: readonly ApiRow<OperatorPerson>[]
}

/** The rows as they are below `CONSOLE_BASE`, for the reference. */
export function describedRows({ person, account, operator }: ConsoleRows): readonly DescribedRoute[] {
  const below = (base: string) => base.slice(CONSOLE_BASE.length)
  return [
    ...person,
    ...account.map((row) => ({
      ...row,
      at: below(CONSOLE_ACCOUNT_BASE) + row.at,
      path: Type.Object({ account: Type.String({ minLength: 1, maxLength: 100 }), ...row.path.properties }),
      notFound: true,
    })),
    ...operator.map((row) => ({ ...row, at: below(CONSOLE_OPERATOR_BASE) + row.at })),
  ]
}

type Shared = Pick<ApiOptions<never>, 'store' | 'register' | 'clock' | 'log' | 'counter'>

export interface ConsoleApiDeps extends Shared {
  readonly door: ConsoleDoor
  /** Multiplies the rate. */
  readonly rateLimitScale: number
}

/** Of a person, and of a person in one account: a page asks for much at once. */
const PER_SECOND = 50
const NOT_YOURS = fault('forbidden', 'Your role does not allow this')
const NO_OPERATOR = fault('forbidden', 'Only those who run the server may do this')

/** `/api/console/…`, for people who are signed in. */
export function consoleApi(deps: ConsoleApiDeps, rows: ConsoleRows): FastifyPluginCallback {
  const { door, rateLimitScale } = deps
  const shared = { ...deps, perSecond: PER_SECOND * rateLimitScale, hasSessions: true, mayWrite: () => true }
  return (app, _options, done) => {
    app.register(
      apiRoutes<MemberCaller>({
        ...shared,
        name: 'console.account',
        base: CONSOLE_ACCOUNT_BASE,
        rows: rows.account,
        authenticate: (request, at) => memberOf(door, request, at),
        // A key of one account must not bring the answer of another.
        ownerOf: ({ person, account }) => `person:${person.id}@${account.id}`,
      }),
    )
    app.register(
      apiRoutes<OperatorPerson>({
        ...shared,
        name: 'console.operator',
        base: CONSOLE_OPERATOR_BASE,
        rows: rows.operator,
        authenticate: (request) => operatorOf(door, request),
        ownerOf: ({ person }) => `person:${person.id}`,
      }),
    )
    app.register(
      apiRoutes<ConsoleCaller>({
        ...shared,
        name: 'console',
        base: CONSOLE_BASE,
        rows: rows.person,
        authenticate: (request) => door.admit(request),
        ownerOf: ({ person }) => `person:${person.id}`,
      }),
    )
    done()
  }
}

async function operatorOf(door: ConsoleDoor, request: IncomingMessage): Promise<OperatorPerson | Fault> {
  const caller = await door.admit(request)
  if (isFault(caller)) return caller
  return caller.person.isOperator ? { ...caller, actor: personActor(caller.person) } : NO_OPERATOR
}

/** Whoever is no member hears that there is no such account, whatever he asks for. */
async function memberOf(
  door: ConsoleDoor,
  request: IncomingMessage,
  { row, path }: Asking,
): Promise<MemberCaller | Fault> {
  const caller = await door.admit(request)
  if (isFault(caller)) return caller
  const place = await door.roleIn(caller, path['account'] as AccountId)
  if (isFault(place)) return place
  const { account, role } = place
  const right = rightOf(row.group, role)
  if (right === 'none' || (row.scope === 'full' && right === 'read')) return NOT_YOURS
  const isChange = row.scope === 'full' && row.verb !== 'GET'
  if (isChange && account.suspendedAt !== null && !caller.person.isOperator) return ACCOUNT_SUSPENDED
  // Whoever may not see money comes to it by no token either.
  const tokenScope = rightOf('billing', role) === 'none' ? 'developer' : 'full'
  return { ...caller, account, role, scope: right, actor: personActor(caller.person), tokenScope, showsTokens: false }
}
