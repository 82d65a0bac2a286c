import type { Tariff } from '../model/account.ts'
import type { ChatId, EpochMs } from '../model/ids.ts'
import { OFFSET_MS } from './day.ts'

const DEVELOPER_CALLS: Readonly<Record<string, number>> = {
  checkwhatsapp: 100,
  checkaccount: 100,
  getchathistory: 300,
  downloadfile: 500,
  leavegroup: 500,
  getcontacts: 1000,
  getmessage: 1000,
  lastincomingmessages: 1000,
  lastoutgoingmessages: 1000,
  creategroup: 1000,
  updategroupname: 1000,
  getgroupdata: 1000,
  addgroupparticipant: 1000,
  removegroupparticipant: 1000,
  setgroupadmin: 1000,
  removeadmin: 1000,
}

/** The tariffs that every server begins with, by name; an operator may change them and add others. The figures are the vendor's. */
export const TARIFFS = {
  DEVELOPER: {
    name: 'DEVELOPER',
    plan: 'free',
    correspondents: 3,
    calls: new Map(Object.entries(DEVELOPER_CALLS)),
    instances: 1,
  },
  BUSINESS: {
    name: 'BUSINESS',
    plan: 'ahead',
    correspondents: null,
    calls: new Map([
      ['checkwhatsapp', 30_000],
      ['checkaccount', 30_000],
    ]),
    instances: null,
  },
  PARTNER: { name: 'PARTNER', plan: 'daily', correspondents: null, calls: new Map(), instances: null },
} as const satisfies Readonly<Record<string, Tariff>>

/** The month that counters are kept for, `2026-11`: it begins at midnight UTC+3. */
export function billingMonth(at: EpochMs): string {
  return new Date(at + OFFSET_MS).toISOString().slice(0, 7)
}

/** What the body of a 466 says of a method; `total` 0: unlimited. */
export interface InvokeStatus {
  readonly method: string
  readonly used: number
  readonly total: number
  readonly status: 'QUOTE_ALLOWED' | 'QUOTE_EXCEEDED'
  readonly description?: string
}

const EXCEEDED = 'Monthly quota has been exceeded.'

/** The body of a 466: the month's calls of this method are used up. */
export function callsUsedUp(method: string, used: number, total: number): { readonly invokeStatus: InvokeStatus } {
  const description = `${EXCEEDED} Ask the operator of this server for another tariff`
  return { invokeStatus: { method, used, total, status: 'QUOTE_EXCEEDED', description } }
}

/** The body of a 466: the method itself is allowed, its chat is not among the month's correspondents. */
export function correspondentsUsedUp(method: string, used: number, chats: readonly ChatId[], total: number): object {
  const invokeStatus: InvokeStatus = { method, used, total: 0, status: 'QUOTE_ALLOWED' }
  return {
    invokeStatus,
    correspondentsStatus: {
      method: 'correspondents',
      used: chats.length,
      total,
      status: 'CORRESPONDENTS_QUOTE_EXCEEDED',
      description: `${EXCEEDED} You can only send or receive messages from these chats: ${chats.join()}`,
    },
  }
}
