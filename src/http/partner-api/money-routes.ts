import Type from 'typebox'
import { billingDay, dayText } from '../../billing/day.ts'
import type { Clock } from '../../lib/clock.ts'
import type { AccountRow, PriceRow } from '../../model/account.ts'
import { TARIFF_PLANS } from '../../model/account.ts'
import type { PartnerBusiness } from '../../partners/partner-business.ts'
import type { PriceList } from '../../partners/price-list.ts'
import { accountRoute as route, type AccountCaller } from '../api/account-caller.ts'
import { BALANCE, balanceView, LEDGER_PAGE, ledgerPage, PRICE, USAGE, usageView } from '../api/ledger-views.ts'
import { PAGING, pageSchema } from '../api/paging.ts'
import type { ApiRow } from '../api/route.ts'
import { CSV_TYPE } from '../api/statement-csv.ts'
import { PAGE_TYPE } from '../api/statement-page.ts'
import {
  STATEMENT,
  STATEMENT_PAGE,
  statementCsvOf,
  statementList,
  statementOf,
  statementPageOf,
} from '../api/statements.ts'
import { LANGUAGES } from '../api/statement-words.ts'
import { pageOfAll } from '../api/whole-list.ts'

export interface MoneyDeps {
  readonly business: Pick<PartnerBusiness, 'ledger' | 'statements' | 'prices'>
  readonly clock: Pick<Clock, 'now'>
}

const month = Type.String({ maxLength: 20 })

/** What the caller's account has and pays. */
export function moneyRoutes({ business, clock }: MoneyDeps): readonly ApiRow<AccountCaller>[] {
  const { ledger, prices } = business
  const money = { group: 'billing', scope: 'read', verb: 'GET' } as const
  return [
    route({
      ...money,
      at: '/balance',
      summary: 'The balance, and what today has cost up to now, in minor units of the currency.',
      answer: BALANCE,
      handle: ({ account }) => balanceView(ledger, account, clock.now()),
    }),
    route({
      ...money,
      at: '/prices',
      summary: 'The prices that hold for this account, now and later.',
      query: PAGING,
      answer: pageSchema(OWN_PRICE),
      handle: ({ account }, { query }) =>
        pageOfAll('prices', pricesOf(account, prices, billingDay(clock.now())), query, (price) => price),
    }),
    route({
      ...money,
      at: '/usage',
      summary: 'What the days of a month have cost; of the month that is, where none is named.',
      query: { month: Type.Optional(month) },
      answer: USAGE,
      handle: ({ account }, { query }) => usageView(ledger, account, query.month, clock.now()),
    }),
    route({
      ...money,
      at: '/ledger',
      summary: 'The lines of the ledger, newest first.',
      query: { month: Type.Optional(month), ...PAGING },
      answer: LEDGER_PAGE,
      handle: ({ account }, { query }) => ledgerPage(ledger, account, query),
    }),
    ...statementRoutes(business),
  ]
}

function statementRoutes(books: MoneyDeps['business']): readonly ApiRow<AccountCaller>[] {
  const money = { group: 'billing', scope: 'read', verb: 'GET' } as const
  return [
    route({
      ...money,
      at: '/statements',
      summary: 'The statements of the months that are over, newest first.',
      query: PAGING,
      answer: pageSchema(STATEMENT),
      handle: ({ account }, { query }) => statementList(books, account, query),
    }),
    route({
      ...money,
      at: '/statements/{month}',
      summary: "A month's statement with its lines; of a month that is not over, as it stands now.",
      path: { month },
      query: PAGING,
      answer: STATEMENT_PAGE,
      handle: ({ account }, { path, query }) => statementOf(books, account, { ...path, ...query }),
    }),
    route({
      ...money,
      at: '/statements/{month}/csv',
      summary: "The lines of a month's statement as CSV.",
      path: { month },
      answer: CSV_TYPE,
      handle: ({ account }, { path }) => statementCsvOf(books, account, path.month),
    }),
    route({
      ...money,
      at: '/statements/{month}/page',
      summary: "A month's statement as a page to print.",
      path: { month },
      query: { lang: Type.Optional(Type.Enum([...LANGUAGES])) },
      answer: PAGE_TYPE,
      handle: ({ account }, { path, query, language }) =>
        statementPageOf(books, account, { ...path, ...query, language }),
    }),
  ]
}

const OWN_PRICE = Type.Object({
  ...PRICE.properties,
  plan: Type.Enum([...TARIFF_PLANS]),
  isOwn: Type.Boolean(),
  isInForce: Type.Boolean(),
})

/** Prices in the account's currency, its own and the general ones, the newest first; those that another one has followed are left out. */
function pricesOf(account: AccountRow, prices: PriceList, today: number): readonly object[] {
  const { currency } = account.terms
  const rows = prices.prices().filter((row) => row.currency === currency && isFor(row, account))
  return rows
    .filter((row) => row.fromDay > today || isNewest(row, rows, today))
    .toSorted((left, right) => compareText(left.tariff, right.tariff) || right.fromDay - left.fromDay)
    .map((row) => ({
      tariff: row.tariff,
      plan: prices.tariff(row.tariff)?.plan ?? 'daily',
      amount: row.amount,
      currency,
      from: dayText(row.fromDay),
      isOwn: row.account !== null,
      isInForce: row.fromDay <= today && isStrongest(row, rows, today),
    }))
}

function isFor({ account: owner }: PriceRow, account: AccountRow): boolean {
  return owner === null || owner === account.id
}

/** No other price of the same kind has begun since. */
function isNewest(row: PriceRow, rows: readonly PriceRow[], today: number): boolean {
  return !rows.some(
    ({ tariff, account, fromDay }) =>
      tariff === row.tariff && account === row.account && fromDay > row.fromDay && fromDay <= today,
  )
}

/** A price of the account's own goes before the general one. */
function isStrongest(row: PriceRow, rows: readonly PriceRow[], today: number): boolean {
  const isBeaten = rows.some(
    ({ tariff, account, fromDay }) => tariff === row.tariff && account !== null && fromDay <= today,
  )
  return row.account !== null || !isBeaten
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}
