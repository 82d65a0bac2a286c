import assert from 'node:assert/strict'
import { until } from '../../../src/lib/until.ts'
import { newPhone } from '../../support/road.ts'
import type { Json, Operator } from '../../support/operator-calls.ts'
import type { Answer, Made, TestServer } from '../../support/server.ts'

export const PARTNER_API = '/api/partner/v1'
/** What every account here uses as its Idempotency-Key: keys of accounts are their own. */
export const KEY = { 'Idempotency-Key': 'one-key-for-all' }

export interface NamedToken {
  readonly id: string
  readonly token: string
}

/** A partner account with something of everything that an account can have. */
export interface Party {
  readonly account: string
  /** Stands in every text that belongs to the account, in this case or in capitals. */
  readonly mark: string
  /** Tokens of both scopes that are good, and those that are over, or for another address. */
  readonly full: NamedToken
  readonly reader: NamedToken
  readonly expired: NamedToken
  readonly revoked: NamedToken
  readonly bound: NamedToken
  readonly linked: Made
  readonly phone: string
  readonly idle: Made
  readonly deleted: Made
  /** The token that an instance of it had before. */
  readonly former: string
  readonly hookSecret: string
  readonly hookUrl: string
  /** The receipt id of a notification of `idle` that its webhook has taken. */
  readonly told: number
}

/** Calls the partner API with a token. */
export function partnerCall(
  server: TestServer,
  token: string,
  verb: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return server.call(verb, PARTNER_API + path, body, {
    Authorization: `Bearer ${token}`,
    ...(body !== undefined && { 'Content-Type': 'application/json' }),
    ...headers,
  })
}

/** What a call that succeeds answers. */
export function done(answer: Answer): Json {
  assert.ok(answer.status < 300, answer.text)
  return (answer.json ?? {}) as Json
}

/** An account with its first token, its terms, prices and money; instances come with `settle`. */
export async function openAccount(
  operator: Operator,
  mark: string,
  from: string,
  amounts: { readonly price: number; readonly topUp: number },
): Promise<{ readonly account: string; readonly full: NamedToken }> {
  const tariff = `${mark.toUpperCase()}_DAILY`
  const terms = { plan: 'daily', correspondents: null, calls: {}, instances: null }
  await operator.done('PUT', `/tariffs/${tariff}`, terms)
  const wanted = { kind: 'partner', name: `${mark} account`, terms: { tariff, overdraftLimit: 9_000_000_000 } }
  const made = await operator.done('POST', '/accounts', { ...wanted, token: { name: `${mark} first` } })
  const account = String(made['id'])
  const price = { tariff, accountId: account, currency: 'USD' }
  await operator.done('PUT', '/prices', { ...price, from, amount: amounts.price })
  await operator.done('PUT', '/prices', { ...price, from: '2999-01-01', amount: amounts.price + 2 })
  const line = { kind: 'topUp', amount: amounts.topUp, reason: `${mark} reason` }
  await operator.done('POST', `/accounts/${account}/ledger`, line)
  return { account, full: made['token'] as NamedToken }
}

/** Tokens that are over by the time that the clock has come a month further. */
export async function issueTokens(
  operator: Operator,
  account: string,
  mark: string,
  now: number,
): Promise<Pick<Party, 'reader' | 'expired' | 'revoked' | 'bound'>> {
  const issue = async (terms: object): Promise<NamedToken> => {
    const issued = await operator.done('POST', `/accounts/${account}/tokens`, { name: `${mark} token`, ...terms })
    return { id: String(issued['id']), token: String(issued['token']) }
  }
  const reader = await issue({ scope: 'read' })
  const expired = await issue({ expiresAt: new Date(now + 3_600_000).toISOString() })
  const revoked = await issue({})
  await operator.done('DELETE', `/accounts/${account}/tokens/${revoked.id}`)
  return { reader, expired, revoked, bound: await issue({ allowFrom: ['203.0.113.7', '2001:db8::/32'] }) }
}

/** Gives the account instances of all kinds, a hook, and used keys. */
export async function settle(
  server: TestServer,
  mark: string,
  known: Pick<Party, 'account' | 'full' | 'reader' | 'expired' | 'revoked' | 'bound'>,
  webhookUrl: string,
): Promise<Party> {
  const { token } = known.full
  const call = (verb: string, path: string, body?: unknown, headers?: Record<string, string>) =>
    partnerCall(server, token, verb, path, body, headers)
  const settings = { webhookUrlToken: `${mark} hush`, delaySendMessagesMilliseconds: 500 }
  const wanted = { instances: ['linked', 'idle', 'deleted'].map((name) => ({ name: `${mark} ${name}`, ...settings })) }
  const [linked, idle, deleted] = done(await call('POST', '/instances', wanted, KEY))['items'] as readonly Made[]
  assert.ok(linked !== undefined && idle !== undefined && deleted !== undefined)
  done(await server.call('POST', `/partner/createInstance/${token}`, { name: `${mark} keyed` }, KEY))
  const phone = newPhone()
  await server.link(linked, phone)
  done(await call('DELETE', `/instances/${String(deleted.idInstance)}`))
  const renewed = done(await call('POST', `/instances/${String(idle.idInstance)}/token`))
  const hookUrl = `https://hook.example/${mark}`
  const hook = done(await call('PUT', '/hook', { url: hookUrl }))
  const told = await tell(server, call, { ...idle, apiTokenInstance: String(renewed['apiTokenInstance']) }, webhookUrl)
  return {
    ...known,
    mark,
    linked,
    phone,
    idle: { ...idle, apiTokenInstance: String(renewed['apiTokenInstance']) },
    deleted,
    former: idle.apiTokenInstance,
    hookSecret: String(hook['secret']),
    hookUrl,
    told,
  }
}

type Call = (verb: string, path: string, body?: unknown) => Promise<Answer>

/** Two notifications that its webhook takes, and two that wait; the receipt id of the first. */
async function tell(server: TestServer, call: Call, made: Made, webhookUrl: string): Promise<number> {
  const own = `/instances/${String(made.idInstance)}`
  const set = (url: string) => server.on(made, 'POST', 'setSettings', { webhookUrl: url })
  done(await set(webhookUrl))
  const { receiptId } = done(await call('POST', `${own}/notifications/test`))
  const taken = (count: number) =>
    until(
      async () => (done(await call('GET', `${own}/deliveries?outcome=delivered`))['items'] as Json[]).length === count,
      'the webhook has taken it',
    )
  const again = `${own}/deliveries/${String(receiptId)}/replay`
  await taken(1)
  done(await call('POST', again))
  await taken(2)
  done(await set(''))
  for (let n = 0; n < 2; n++) done(await call('POST', again))
  return Number(receiptId)
}

/** Looks until what it sees twice, some time apart, is the same. */
export async function quiet(look: () => Promise<string>): Promise<string> {
  let seen = await look()
  return until(async () => {
    await new Promise((resolve) => setTimeout(resolve, 400))
    const now = await look()
    const isQuiet = now === seen
    seen = now
    return isQuiet && now
  }, 'nothing changes any more')
}
