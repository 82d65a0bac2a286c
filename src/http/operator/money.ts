import Type from 'typebox'
import { isFault } from '../../model/fault.ts'
import { isRepeated } from '../../model/once.ts'
import { BALANCE, balanceView, LEDGER_PAGE, ledgerPage, USAGE, usageView } from '../api/ledger-views.ts'
import { PAGING } from '../api/paging.ts'
import { defineRoute, type ApiRow } from '../api/route.ts'
import * as fields from './fields.ts'
import type { OperatorCaller } from './operator-door.ts'
import type { OperatorParts } from './operator-parts.ts'

const route = defineRoute<OperatorCaller>()
const group = 'money'
const { Optional: optional } = Type
const month = optional(Type.String({ pattern: '^\\d{4}-\\d\\d$' }))

const ADDED = Type.Object({ balance: Type.Integer(), currency: Type.String() })
const CHECKED = Type.Object({ ok: Type.Boolean(), problems: Type.Array(Type.String()) })

/** The money of an account; amounts are minor units of its currency. */
export function moneyRoutes(parts: OperatorParts): readonly ApiRow<OperatorCaller>[] {
  return [...readingRoutes(parts), addRoute(parts), checkRoute(parts)]
}

function readingRoutes(parts: OperatorParts): readonly ApiRow<OperatorCaller>[] {
  const { ledger } = parts.business
  const common = { verb: 'GET', group, scope: 'read', path: fields.accountPath } as const
  const now = () => parts.clock.now()
  return [
    route({
      ...common,
      at: '/accounts/{id}/balance',
      summary: 'Tells the balance of an account, and what today has cost up to now.',
      answer: BALANCE,
      handle: (_caller, { path: { id } }) =>
        fields.withBooks(parts, id, (account) => balanceView(ledger, account, now())),
    }),
    route({
      ...common,
      at: '/accounts/{id}/ledger',
      summary: 'Lists the lines of the ledger, newest first: all, or those of a month.',
      query: { month, ...PAGING },
      answer: LEDGER_PAGE,
      handle: (_caller, { path: { id }, query }) =>
        fields.withBooks(parts, id, (account) => ledgerPage(ledger, account, query)),
    }),
    route({
      ...common,
      at: '/accounts/{id}/usage',
      summary: 'Tells what the days of a month have cost, this month where none is named.',
      query: { month },
      answer: USAGE,
      handle: (_caller, { path: { id }, query }) =>
        fields.withBooks(parts, id, (account) => usageView(ledger, account, query.month, now())),
    }),
  ]
}

function addRoute(parts: OperatorParts): ApiRow<OperatorCaller> {
  return route({
    verb: 'POST',
    at: '/accounts/{id}/ledger',
    summary:
      'Adds a line: a topUp above zero, a refund (given back from the balance) below zero, or a correction. Lines are never changed or removed.',
    group,
    scope: 'full',
    path: fields.accountPath,
    body: { kind: Type.Enum(['topUp', 'refund', 'correction']), amount: fields.amount, reason: fields.reason },
    answer: ADDED,
    created: true,
    idempotent: true,
    handle: ({ actor }, { path: { id }, body, once }) =>
      fields.withAccount(parts, id, async (account) => {
        const { currency } = account.terms
        const answer = ({ amount: balance }: { readonly amount: number }) => ({ balance, currency })
        const added = await parts.business.ledger.add(account.id, body, actor, once(answer))
        return isFault(added) || isRepeated(added) ? added : answer(added)
      }),
  })
}

function checkRoute(parts: OperatorParts): ApiRow<OperatorCaller> {
  return route({
    verb: 'GET',
    at: '/accounts/{id}/ledger/check',
    summary: 'Adds up the lines anew and tells what does not agree with the balance and the totals of the days.',
    group,
    scope: 'read',
    path: fields.accountPath,
    answer: CHECKED,
    handle: (_caller, { path: { id } }) =>
      fields.withBooks(parts, id, async (account) => {
        const problems = await parts.business.ledger.check(account.id)
        return { ok: problems.length === 0, problems }
      }),
  })
}
