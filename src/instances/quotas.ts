import { billingMonth, callsUsedUp, correspondentsUsedUp } from '../billing/tariffs.ts'
import { STATUS_CHAT } from '../model/content.ts'
import { fault, type Fault } from '../model/fault.ts'
import type { ChatId } from '../model/ids.ts'
import type { QuotaEvent } from '../notifications/event.ts'
import type { Guard } from '../storage/store.ts'
import type { InstanceRecord } from './record.ts'

export type CorrespondentGuard = Extract<Guard, { kind: 'correspondent' }>

/** A column of whole numbers holds it, and nobody calls a method so often in a month. */
const UNLIMITED = 2_147_483_647

/**
 * What a batch needs that brings a message to or from a chat: the chat is among the month's correspondents, or becomes one. Undefined
 * where the tariff allows any number.
 */
export function correspondentGuard(record: InstanceRecord, chat: ChatId): CorrespondentGuard | undefined {
  const limit = record.node.entitlements.tariffOf(record.row).correspondents
  if (limit === null || chat === STATUS_CHAT) return undefined
  return { kind: 'correspondent', instance: record.id, month: billingMonth(record.node.clock.now()), chat, limit }
}

export function isCorrespondentGuard(guard: Guard): guard is CorrespondentGuard {
  return guard.kind === 'correspondent'
}

/** What is notified when that guard refused. */
async function correspondentsEvent(record: InstanceRecord, guard: CorrespondentGuard): Promise<QuotaEvent> {
  const correspondents = await record.node.store.usage.correspondents(record.id, guard.month)
  const at = record.node.clock.now()
  return { kind: 'quota', used: correspondents.length, total: guard.limit, correspondents, at }
}

/** The guards of a send by a method to a chat; none where the tariff doesn't limit chats. */
export function sendGuards(record: InstanceRecord, chat: ChatId, method: string): readonly Guard[] {
  const correspondent = correspondentGuard(record, chat)
  if (correspondent === undefined) return NONE
  const { instance, month } = correspondent
  return [correspondent, { kind: 'quota', instance, month, what: method.toLowerCase(), limit: UNLIMITED }]
}

const NONE: readonly Guard[] = []

/** A send was refused for its chat: notifies it, always, and gives what the caller is answered. */
export async function refuseSend(record: InstanceRecord, guard: CorrespondentGuard, method: string): Promise<Fault> {
  const event = await correspondentsEvent(record, guard)
  await record.changes.run(() => record.commitWith([event], []))
  const what = method.toLowerCase()
  const used = (await record.node.store.usage.ofMonth(record.id, guard.month)).get(what) ?? 0
  const details = correspondentsUsedUp(what, used, event.correspondents, guard.limit)
  return fault('quotaExceeded', 'the quota of correspondents of this month is used up', details)
}

/** Counts a call of a method, given in lower case. Undefined at once where the tariff has no limit for it, a fault once it is reached. */
export function spend(record: InstanceRecord, what: string): Promise<Fault | undefined> | undefined {
  const limit = record.node.entitlements.tariffOf(record.row).calls.get(what)
  return limit === undefined ? undefined : count(record, what, limit)
}

async function count(record: InstanceRecord, what: string, limit: number): Promise<Fault | undefined> {
  const month = billingMonth(record.node.clock.now())
  const quota: Guard = { kind: 'quota', instance: record.id, month, what, limit }
  const committed = await record.tryCommit([], [quota])
  if (committed.ok) return undefined
  const used = (await record.node.store.usage.ofMonth(record.id, month)).get(what) ?? limit
  return fault('quotaExceeded', `the quota of ${what} of this month is used up`, callsUsedUp(what, used, limit))
}
