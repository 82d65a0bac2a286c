import Type from 'typebox'
import { parseDay } from '../../billing/day.ts'
import type { AccountRow } from '../../model/account.ts'
import { fault, isFault, type Fault } from '../../model/fault.ts'
import { pageSchema, PAGING } from '../api/paging.ts'
import { defineRoute, type ApiRow } from '../api/route.ts'
import * as fields from './fields.ts'
import type { OperatorCaller } from './operator-door.ts'
import type { OperatorParts } from './operator-parts.ts'
import { ACCOUNT_PRICE, priceView, TARIFF, tariffView } from './views.ts'
import { pageOfAll } from '../api/whole-list.ts'

const route = defineRoute<OperatorCaller>()
const group = 'tariffs'

/** Limits by a method's name; its case doesn't count. */
const calls = Type.Record(Type.String({ pattern: '^[A-Za-z]{1,64}$' }), fields.count, {
  additionalProperties: false,
  maxProperties: 200,
})

/** Tariffs, and what they cost from a day on. */
export function tariffRoutes({ business: { prices }, counted }: OperatorParts): readonly ApiRow<OperatorCaller>[] {
  return [
    route({
      verb: 'GET',
      at: '/tariffs',
      summary: 'Lists the tariffs: what a month of an instance includes, and how it is paid.',
      group,
      scope: 'read',
      query: PAGING,
      answer: pageSchema(TARIFF),
      handle: (_caller, { query }) => pageOfAll('tariffs', prices.tariffs(), query, tariffView),
    }),
    route({
      verb: 'PUT',
      at: '/tariffs/{name}',
      summary: 'Makes a tariff, or replaces one, whose plan stays. It holds at once for all instances that have it.',
      group,
      scope: 'full',
      path: { name: fields.tariffName },
      body: { plan: fields.plan, correspondents: fields.countOrNull, calls, instances: fields.countOrNull },
      answer: TARIFF,
      handle: async ({ actor }, { path, body }) => {
        const tariff = { name: path.name, ...body, calls: new Map(Object.entries(body.calls)) }
        // A limit that nothing counts against would be none, and nobody would know.
        const uncounted = Object.keys(body.calls).find((method) => !counted.has(method.toLowerCase()))
        if (uncounted !== undefined) return fault('invalid', uncountedText(uncounted, counted))
        const stored = await prices.putTariff(tariff, actor)
        return isFault(stored) ? stored : tariffView(stored)
      },
    }),
  ]
}

function otherCurrency({ id, terms }: AccountRow, currency: string): Fault {
  return fault('invalid', `'currency': account ${id} has ${terms.currency}, and is charged by no price in ${currency}`)
}

function uncountedText(method: string, counted: ReadonlySet<string>): string {
  return `'calls': the calls of ${method} are not counted; those of ${[...counted].toSorted().join(', ')} are`
}

/** Where a price holds. */
const place = {
  tariff: fields.tariffName,
  accountId: Type.Optional(fields.accountPath.id),
  currency: fields.currency,
  from: Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\d$' }),
}
const NO_DAY = fault('invalid', "'from' must be a day like 2026-12-01")

/** Prices: those that every account has, and those of one. */
export function priceRoutes(parts: OperatorParts): readonly ApiRow<OperatorCaller>[] {
  return [...listAndPut(parts), removeRoute(parts)]
}

function removeRoute(parts: OperatorParts): ApiRow<OperatorCaller> {
  return route({
    verb: 'DELETE',
    at: '/prices',
    summary: 'Removes a price of a day that has not begun, and shows what it was. Days that have begun keep theirs.',
    group,
    scope: 'full',
    notFound: true,
    query: place,
    answer: ACCOUNT_PRICE,
    handle: async ({ actor }, { query: { tariff, accountId, currency, from } }) => {
      const account = accountId === undefined ? undefined : fields.accountOf(parts, accountId)
      if (isFault(account)) return account
      const fromDay = parseDay(from)
      if (fromDay === undefined) return NO_DAY
      const wanted = { tariff, account: account?.id ?? null, currency, fromDay }
      const removed = await parts.business.prices.removePrice(wanted, actor)
      return isFault(removed) ? removed : priceView(removed)
    },
  })
}

function listAndPut(parts: OperatorParts): readonly ApiRow<OperatorCaller>[] {
  const { prices } = parts.business
  return [
    route({
      verb: 'GET',
      at: '/prices',
      summary: 'Lists all prices, past and to come.',
      group,
      scope: 'read',
      query: PAGING,
      answer: pageSchema(ACCOUNT_PRICE),
      handle: (_caller, { query }) => pageOfAll('prices', prices.prices(), query, priceView),
    }),
    route({
      verb: 'PUT',
      at: '/prices',
      summary: 'Sets a price from a day on, for one account or for all. Days that have begun keep theirs.',
      group,
      scope: 'full',
      notFound: true,
      body: { ...place, amount: fields.price },
      answer: ACCOUNT_PRICE,
      handle: async ({ actor }, { body: { tariff, accountId, currency, from, amount } }) => {
        const fromDay = parseDay(from)
        const account = accountId === undefined ? undefined : fields.accountOf(parts, accountId)
        const trouble = fields.currencyFault(currency)
        if (trouble !== undefined) return trouble
        if (isFault(account)) return account
        // It would never hold, and nobody would know.
        if (account !== undefined && account.terms.currency !== currency) return otherCurrency(account, currency)
        if (fromDay === undefined) return NO_DAY
        const stored = await prices.putPrice({ tariff, account: account?.id ?? null, currency, fromDay, amount }, actor)
        return isFault(stored) ? stored : priceView(stored)
      },
    }),
  ]
}
