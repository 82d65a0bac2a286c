import { billingDay, billingDayStart, dayText } from '../../../src/billing/day.ts'
import { firstDay, monthOfDay, monthText } from '../../../src/billing/month.ts'
import { SkippingClock } from '../../../src/lib/skipping-clock.ts'
import { paidAhead, person } from '../../support/operator.ts'
import { Operator } from '../../support/operator-calls.ts'
import { WebhookReceiver } from '../../support/webhook-receiver.ts'
import { startServer, type Made, type TestServer } from '../../support/server.ts'
import { issueTokens, openAccount, settle, type Party } from './party.ts'

/** Amounts that stand nowhere else. */
const PRICE = 765_432_1
const TOP_UP = 876_543_217
const PERSON_PAYS = 987_654_319

/** Two partners and a person who have nothing to do with each other. */
export interface Tenants {
  readonly server: TestServer
  readonly operator: Operator
  readonly clock: SkippingClock
  /** Who asks. */
  readonly a: Party
  /** Of whom nothing is to be seen. */
  readonly b: Party
  readonly person: { readonly account: string; readonly instance: Made }
  /** Months of which B has statements; in the first one there was no A. */
  readonly months: readonly string[]
  /** A partner that was deleted: its token. */
  readonly gone: string
  close(): Promise<void>
}

/** Two months go by: B has a statement of both, A one of the second. */
export async function openTenants(): Promise<Tenants> {
  const clock = new SkippingClock()
  const server = await startServer({}, { clock })
  const operator = new Operator(server)
  const receiver = await WebhookReceiver.start()
  const today = () => dayText(billingDay(clock.now()))
  const month = () => monthOfDay(billingDay(clock.now()))
  const months = [monthText(month()), monthText(month() + 1)]
  const nextMonth = async () => {
    clock.skip(billingDayStart(firstDay(month() + 1)) - clock.now() + 60_000)
    await operator.done('POST', '/billing/run')
  }
  const ofB = await openAccount(operator, 'bluemark', today(), { price: PRICE, topUp: TOP_UP })
  const tokensOfB = await issueTokens(operator, ofB.account, 'bluemark', clock.now())
  await server.call('POST', `/partner/createInstance/${ofB.full.token}`, { name: 'bluemark first' })
  await nextMonth()
  const ofA = await openAccount(operator, 'amber', today(), { price: 11, topUp: 1000 })
  const tokensOfA = await issueTokens(operator, ofA.account, 'amber', clock.now())
  await server.call('POST', `/partner/createInstance/${ofA.full.token}`, { name: 'amber first' })
  await nextMonth()
  const a = await settle(server, 'amber', { ...ofA, ...tokensOfA }, receiver.url())
  const b = await settle(server, 'bluemark', { ...ofB, ...tokensOfB }, receiver.url())
  const gone = await operator.account('partner')
  await operator.done('DELETE', `/accounts/${gone.id}`)
  return {
    server,
    operator,
    clock,
    a,
    b,
    person: await openPerson(server, operator),
    months,
    gone: gone.token,
    close: async () => {
      await server.close()
      await receiver.close()
    },
  }
}

async function openPerson(server: TestServer, operator: Operator): Promise<Tenants['person']> {
  const account = await person(server)
  await operator.done('PATCH', `/accounts/${account}`, { name: 'bluemark person' })
  const line = { kind: 'topUp', amount: PERSON_PAYS, reason: 'bluemark person pays' }
  await operator.done('POST', `/accounts/${account}/ledger`, line)
  const instance = await paidAhead(server, account, { webhookUrlToken: 'bluemark hush' })
  return { account, instance }
}

/** Everything by which something of B or of the person would be known, as it stands in texts. */
export function secretsOf({ b, person: { account, instance } }: Tenants): readonly string[] {
  const mades = [b.linked, b.idle, b.deleted, instance]
  const tokens = [b.full, b.reader, b.expired, b.revoked, b.bound]
  return [
    b.mark,
    b.mark.toUpperCase(),
    b.account,
    account,
    b.hookSecret,
    b.phone,
    b.former,
    ...mades.flatMap(({ idInstance, apiTokenInstance }) => [String(idInstance), apiTokenInstance]),
    ...tokens.flatMap(({ id, token }) => [id, token]),
    ...[PRICE, PRICE + 2, TOP_UP, PERSON_PAYS].map(String),
  ]
}
