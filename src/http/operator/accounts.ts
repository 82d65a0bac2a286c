import Type from 'typebox'
import type { AccountRow, AccountTerms } from '../../model/account.ts'
import { fault, isFault, type Fault } from '../../model/fault.ts'
import { isRepeated, type Repeated } from '../../model/once.ts'
import type { Beside, NewAccount } from '../../partners/accounts.ts'
import type { FirstToken, NewToken } from '../../partners/partner-tokens.ts'
import { PAGE_SIZE, pageOf, pageSchema, PAGING, readCursor, writeCursor } from '../api/paging.ts'
import { defineRoute, type ApiRow } from '../api/route.ts'
import { ISSUED_TOKEN, issuedTokenView } from '../api/token-view.ts'
import * as fields from './fields.ts'
import type { OperatorCaller } from './operator-door.ts'
import type { OperatorParts } from './operator-parts.ts'
import { ACCOUNT, accountView } from './views.ts'

const route = defineRoute<OperatorCaller>()
const group = 'accounts'
const { Optional: optional } = Type

const SEARCH_LENGTH = 200
const MADE = Type.Object({ ...ACCOUNT.properties, token: optional(ISSUED_TOKEN) })
const firstToken = Type.Object({ ...fields.tokenTerms, token: optional(fields.tokenText) })

/** Accounts: who owns instances, and what was agreed with them. */
export function accountRoutes(parts: OperatorParts): readonly ApiRow<OperatorCaller>[] {
  return [...lookingRoutes(parts), createRoute(parts), partnerRoute(parts), ...changingRoutes(parts)]
}

function lookingRoutes(parts: OperatorParts): readonly ApiRow<OperatorCaller>[] {
  return [
    route({
      verb: 'GET',
      at: '/accounts',
      summary:
        'Lists the accounts in the order they were made: those that are not deleted, or those that are; with `search` those that have it in their name or begin with it in their id.',
      group,
      scope: 'read',
      query: {
        kind: optional(Type.Enum(['personal', 'partner'])),
        deleted: optional(Type.Boolean()),
        search: optional(Type.String({ maxLength: SEARCH_LENGTH })),
        ...PAGING,
      },
      answer: pageSchema(ACCOUNT),
      handle: (_caller, { query }) => listOf(parts, query),
    }),
    route({
      verb: 'GET',
      at: '/accounts/{id}',
      summary: 'Shows an account with its terms.',
      group,
      scope: 'read',
      path: fields.accountPath,
      answer: ACCOUNT,
      handle: (_caller, { path }) => shown(parts, fields.accountOf(parts, path.id)),
    }),
  ]
}

interface ListAsked {
  readonly kind?: AccountRow['kind']
  readonly deleted?: boolean
  readonly search?: string
  readonly cursor?: string
  readonly limit?: number
}

function listOf(
  parts: OperatorParts,
  { kind, deleted = false, search = '', cursor, limit = PAGE_SIZE }: ListAsked,
): object {
  const place = readCursor('accounts', cursor, 2)
  if (isFault(place)) return place
  // A place is a time, and how many of those that were made then are behind it.
  const [from, skipped] = place ?? [Number.NEGATIVE_INFINITY, 0]
  const all = parts.business.accounts.all().toSorted((left, right) => left.createdAt - right.createdAt)
  const sameTime = all.filter((row) => row.createdAt === from).slice(0, skipped)
  const found = all.filter(
    (row) =>
      row.createdAt >= from &&
      !sameTime.includes(row) &&
      (kind === undefined || row.kind === kind) &&
      fitsSearch(row, search.trim().toLowerCase()) &&
      (row.deletedAt !== null) === deleted,
  )
  return pageOf(
    found.slice(0, limit + 1),
    limit,
    (row) => accountView(parts, row),
    (last) => {
      const atOnce = all.filter((row) => row.createdAt === last.createdAt)
      return writeCursor('accounts', [last.createdAt, atOnce.indexOf(last) + 1])
    },
  )
}

/** In any case of its letters. */
function fitsSearch({ id, name }: AccountRow, search: string): boolean {
  return id.toLowerCase().startsWith(search) || name.toLowerCase().includes(search)
}

function createRoute(parts: OperatorParts): ApiRow<OperatorCaller> {
  return route({
    verb: 'POST',
    at: '/accounts',
    summary: 'Makes an account. One of a partner gets its first token, which this answer shows.',
    group,
    scope: 'full',
    body: {
      kind: Type.Enum(['personal', 'partner']),
      name: fields.name,
      terms: optional(fields.terms),
      token: optional(firstToken),
    },
    answer: MADE,
    created: true,
    idempotent: true,
    handle: async ({ actor }, { body, once }) => {
      const { kind, name, terms = {}, token } = body
      const trouble = currencyFaultOf(terms)
      if (trouble !== undefined) return trouble
      const wanted: NewAccount = { kind, name, terms }
      const { accounts, tokens } = parts.business
      if (kind === 'partner') {
        const first = firstTokenOf(token)
        if (isFault(first)) return first
        const make = (beside: Beside) => accounts.create(wanted, actor, beside)
        return made(parts, await tokens.issueWith(first, actor, make, once(madeView(parts))))
      }
      if (token !== undefined) return fault('invalid', "'token' is for partner accounts")
      const only = once((row: AccountRow) => accountView(parts, row))
      const beside: Beside | undefined = only && ((row) => ({ guards: [only(row)], writes: [] }))
      const account = await accounts.create(wanted, actor, beside)
      return isRepeated(account) ? account : shown(parts, account)
    },
  })
}

function partnerRoute(parts: OperatorParts): ApiRow<OperatorCaller> {
  return route({
    verb: 'POST',
    at: '/accounts/{id}/partner',
    summary:
      'Makes a partner of a person: from here on instances are made and deleted through the API alone. The answer shows the first token.',
    group,
    scope: 'full',
    path: fields.accountPath,
    body: { token: optional(firstToken) },
    answer: MADE,
    idempotent: true,
    handle: async ({ actor }, { path, body, once }) => {
      const { accounts, tokens } = parts.business
      const account = fields.accountOf(parts, path.id)
      const first = firstTokenOf(body.token)
      if (isFault(account)) return account
      if (isFault(first)) return first
      const make = (beside: Beside) => accounts.becomePartner(account.id, actor, beside)
      return made(parts, await tokens.issueWith(first, actor, make, once(madeView(parts))))
    },
  })
}

function changingRoutes(parts: OperatorParts): readonly ApiRow<OperatorCaller>[] {
  const { accounts } = parts.business
  const common = { group, scope: 'full', path: fields.accountPath, answer: ACCOUNT } as const
  return [
    route({
      ...common,
      verb: 'PATCH',
      at: '/accounts/{id}',
      summary: 'Changes the name or terms of an account; what is not there stays.',
      body: { name: optional(fields.name), terms: optional(fields.terms) },
      handle: async ({ actor }, { path, body }) => {
        const trouble = currencyFaultOf(body.terms)
        return trouble ?? shown(parts, await accounts.change(fields.accountId(path.id), body, actor))
      },
    }),
    route({
      ...common,
      verb: 'POST',
      at: '/accounts/{id}/suspend',
      summary: 'Stops the instances of an account and refuses their calls; nothing is unlinked. Charges go on.',
      body: { reason: fields.reason },
      handle: async ({ actor }, { path, body }) =>
        shown(parts, await accounts.suspend(fields.accountId(path.id), body.reason, actor)),
    }),
    route({
      ...common,
      verb: 'POST',
      at: '/accounts/{id}/resume',
      summary: 'Brings the instances of a suspended account back linked.',
      handle: async ({ actor }, { path }) => shown(parts, await accounts.resume(fields.accountId(path.id), actor)),
    }),
    route({
      ...common,
      verb: 'DELETE',
      at: '/accounts/{id}',
      summary:
        'Deletes an account with its instances. All but ledger, statements and audit log is erased for good some time later.',
      handle: async ({ actor }, { path }) => shown(parts, await accounts.delete(fields.accountId(path.id), actor)),
    }),
  ]
}

function currencyFaultOf({ currency }: Partial<AccountTerms> = {}): Fault | undefined {
  return currency === undefined ? undefined : fields.currencyFault(currency)
}

function firstTokenOf(given: Parameters<typeof fields.tokenTermsOf>[0] & { token?: string } = {}): NewToken | Fault {
  const { token, ...terms } = given
  const kept = fields.tokenTermsOf(terms)
  return isFault(kept) || token === undefined ? kept : { ...kept, token }
}

function shown(parts: OperatorParts, account: AccountRow | Fault): object {
  return isFault(account) ? account : accountView(parts, account)
}

function made(parts: OperatorParts, outcome: FirstToken | Fault | Repeated): object {
  return isFault(outcome) || isRepeated(outcome) ? outcome : madeView(parts)(outcome)
}

function madeView(parts: OperatorParts): (first: FirstToken) => object {
  return ({ account, issued }) => ({ ...accountView(parts, account), token: issuedTokenView(issued) })
}
