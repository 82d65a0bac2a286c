import {
  DEFAULT_TERMS,
  type AccountHook,
  type AccountRow,
  type AccountTerms,
  type LedgerLine,
  type LifecycleEvent,
  type PartnerTokenRow,
  type PriceRow,
} from '../../src/model/account.ts'
import type { DeliveryAttempt } from '../../src/model/delivery.ts'
import type { AccountId, ChatId, Epoch, InstanceId, MessageId } from '../../src/model/ids.ts'
import type { InstanceRow } from '../../src/model/instance.ts'
import type { OutgoingMessage } from '../../src/model/message.ts'
import { DEFAULT_SETTINGS } from '../../src/model/settings.ts'
import type { Batch, Guard, MessageRow, Store, Write } from '../../src/storage/store.ts'
import type { DeliveryWrite } from '../../src/storage/write.ts'

/** Rows and writes for the suites of the storage port; each takes what a test cares about and fills in the rest. */

export const KEY = Buffer.alloc(32, 7)
export const OTHER_KEY = Buffer.alloc(32, 8)
export const EPOCH = 1 as Epoch
export const FIRST = 1_101_000_001 as InstanceId
export const SECOND = 1_101_000_002 as InstanceId
export const CHAT = '79001234567@c.us' as ChatId

export const messageId = (id: string): MessageId => id as MessageId
export const accountId = (id: string): AccountId => id as AccountId

export const ACCOUNT = accountId('account-1')

export function account(id: string, rest: Partial<AccountRow> = {}): AccountRow {
  return {
    id: accountId(id),
    kind: 'partner',
    name: `name of ${id}`,
    createdAt: 500,
    partnerSince: 500,
    suspendedAt: null,
    deletedAt: null,
    warnedAt: null,
    terms: DEFAULT_TERMS,
    ...rest,
  }
}

export function putAccount(id: string, rest: Partial<AccountRow> = {}): Write {
  return { kind: 'account.put', row: account(id, rest) }
}

export function terms(rest: Partial<AccountTerms>): AccountTerms {
  return { ...DEFAULT_TERMS, ...rest }
}

export function token(id: string, rest: Partial<PartnerTokenRow> = {}): PartnerTokenRow {
  return {
    id,
    account: ACCOUNT,
    token: `gac.token-of-${id}`,
    name: '',
    scope: 'full',
    createdAt: 600,
    expiresAt: null,
    revokedAt: null,
    allowFrom: [],
    lastUsedAt: null,
    madeBy: null,
    ...rest,
  }
}

export function putToken(id: string, rest: Partial<PartnerTokenRow> = {}): Write {
  return { kind: 'token.put', row: token(id, rest) }
}

/** A price for all, in the currency that accounts have by default. */
export function putPrice(amount: number, fromDay: number, rest: Partial<PriceRow> = {}): Write {
  return { kind: 'price.put', row: { tariff: 'PARTNER', account: null, currency: 'USD', fromDay, amount, ...rest } }
}

export function addLine(amount: number, day: number, rest: Partial<Omit<LedgerLine, 'seq' | 'month'>> = {}): Write {
  const line = { account: ACCOUNT, at: 700, kind: 'topUp', instance: null, reason: 'paid', author: 'operator' } as const
  return { kind: 'ledger.add', line: { ...line, amount, day, ...rest } }
}

export function hook(rest: Partial<AccountHook> = {}): AccountHook {
  return { account: ACCOUNT, url: 'https://example.com/hook', secret: 'whsec_c2VjcmV0', createdAt: 800, ...rest }
}

export function putHook(rest: Partial<AccountHook> = {}): Write {
  const row = hook(rest)
  return { kind: 'hook.put', account: row.account, hook: row }
}

export function addEvent(id: string, rest: Partial<Omit<LifecycleEvent, 'seq'>> = {}): Write {
  const event = { account: ACCOUNT, type: 'hook.test', body: '{}', at: 900, attempts: 0, dueAt: 900 } as const
  return { kind: 'event.add', event: { ...event, id, ...rest } }
}

export function instance(id: InstanceId, rest: Partial<InstanceRow> = {}): InstanceRow {
  return {
    id,
    account: ACCOUNT,
    messenger: 'whatsapp',
    name: `name of ${id}`,
    token: `token-of-${id}`,
    settings: DEFAULT_SETTINGS,
    state: 'notAuthorized',
    linked: null,
    createdAt: 1000,
    deletedAt: null,
    receiptsUpTo: 0,
    lastSentAt: 0,
    tariff: 'PARTNER',
    paidUntil: null,
    ...rest,
  }
}

export function addInstance(id: InstanceId, rest: Partial<InstanceRow> = {}): Write {
  return { kind: 'instance.add', row: instance(id, rest), owner: 'node-1', epoch: EPOCH }
}

export function outgoing(text: string): OutgoingMessage {
  return { chat: CHAT, content: { kind: 'text', text } }
}

/** A message sent by the API, as the journal keeps it. */
export function message(on: InstanceId, id: string, rest: Partial<MessageRow> = {}): MessageRow {
  return {
    instance: on,
    id: messageId(id),
    chat: CHAT,
    direction: 'out',
    shelf: 'message',
    byApi: true,
    status: 'pending',
    description: '',
    at: 2000,
    body: JSON.stringify(outgoing(`text of ${id}`)),
    isEdited: false,
    isDeleted: false,
    ...rest,
  }
}

export function addMessage(on: InstanceId, id: string, rest: Partial<MessageRow> = {}): Write {
  return { kind: 'message.add', row: message(on, id, rest) }
}

/** The two writes of a send. */
export function enqueue(on: InstanceId, position: number, id: string, at = 2000): readonly Write[] {
  return [addMessage(on, id, { at }), { kind: 'outbox.add', instance: on, position, id: messageId(id), at }]
}

export function notify(on: InstanceId, receiptId: number, at = 3000): Write {
  return { kind: 'mailbox.add', instance: on, receiptId, body: `{"receipt":${receiptId}}`, at }
}

export function attempted(
  on: InstanceId,
  receiptId: number,
  attempt: Partial<DeliveryAttempt> = {},
  type = 'kind',
): DeliveryWrite {
  const { at = 500, ms = 12, status = 200, code = '' } = attempt
  const kind = status === 200 ? 'delivery.done' : 'delivery.failed'
  return { kind, instance: on, receiptId, type, attempt: { at, ms, status, code } }
}

export function owns(on: InstanceId, epoch: Epoch = EPOCH): Guard {
  return { kind: 'owns', instance: on, epoch }
}

export function once(key: string, rest: Partial<Extract<Guard, { kind: 'once' }>> = {}): Guard {
  return { kind: 'once', scope: 'scope-1', key, bodyHash: 'hash', answer: `answer to ${key}`, at: 4000, ...rest }
}

export function batch(writes: readonly Write[], guards: readonly Guard[] = []): Batch {
  return { guards, writes }
}

/** Commits what must not be refused. */
export async function commit(store: Store, ...writes: readonly Write[]): Promise<void> {
  const committed = await store.commit(batch(writes))
  if (!committed.ok) throw new Error('refused without a guard')
}
