import type { AccountId, EpochMs, InstanceId } from './ids.ts'
import type { Messenger } from './messenger.ts'

/** What an operator has agreed with an account. Money is whole minor units of `currency`; null: no limit, or nothing set. */
export interface AccountTerms {
  /** ISO 4217. It stays once the ledger has a line. */
  readonly currency: string
  /** The tariff of the instances that a partner makes; its `plan` is `daily`. */
  readonly tariff: string
  /** How far below zero the balance may go before instances can't be made any more; null: any amount. */
  readonly overdraftLimit: number | null
  /** A balance below this is warned of. */
  readonly warnBelow: number | null
  /** Instances that are not deleted, at one time. */
  readonly instanceQuota: number | null
  readonly createPerMinute: number | null
  /** Bytes of files that its instances keep. */
  readonly storedBytes: number | null
  /** What an instance speaks where the request doesn't say. */
  readonly defaultMessenger: Messenger | null
}

export const DEFAULT_TERMS: AccountTerms = {
  currency: 'USD',
  tariff: 'PARTNER',
  overdraftLimit: null,
  warnBelow: null,
  instanceQuota: null,
  createPerMinute: null,
  storedBytes: null,
  defaultMessenger: null,
}

/** Who owns instances: a person, or a partner who makes them for others through the API. */
export interface AccountRow {
  readonly id: AccountId
  readonly kind: 'personal' | 'partner'
  readonly name: string
  readonly createdAt: EpochMs
  /** The first month of cooperation begins here; null for a person. */
  readonly partnerSince: EpochMs | null
  /** Its instances stand still, and its calls are refused. */
  readonly suspendedAt: EpochMs | null
  /** It is gone for everybody, and erased for good some time later. */
  readonly deletedAt: EpochMs | null
  /** It was told that its balance is low, and the balance has not recovered since. */
  readonly warnedAt: EpochMs | null
  readonly terms: AccountTerms
}

/** What the books of an account need of it; what is left of one that was erased. */
export interface BookOwner extends Pick<AccountRow, 'id' | 'name'> {
  readonly terms: Pick<AccountTerms, 'currency' | 'overdraftLimit' | 'warnBelow'>
}

/** full: everything. developer: everything but money, as the role of that name. read: changes nothing. */
export const TOKEN_SCOPES = ['full', 'developer', 'read'] as const
export type TokenScope = (typeof TOKEN_SCOPES)[number]

export interface PartnerTokenRow {
  /** Names the token to people; no secret. */
  readonly id: string
  readonly account: AccountId
  /** `gac.` + 46 hex, or as the operator gave it; sealed at rest. */
  readonly token: string
  readonly name: string
  readonly scope: TokenScope
  readonly createdAt: EpochMs
  readonly expiresAt: EpochMs | null
  readonly revokedAt: EpochMs | null
  /** Addresses or networks (`203.0.113.0/24`) from which alone it works; empty: from anywhere. */
  readonly allowFrom: readonly string[]
  readonly lastUsedAt: EpochMs | null
  /** The token whose holder got this one by rotating a token; null where the operator gave it, or has changed it since. */
  readonly madeBy: string | null
}

/** free: costs nothing. ahead: paid for 30 days ahead, expires. daily: charged for every billing day, renews itself. */
export type TariffPlan = 'free' | 'ahead' | 'daily'
export const TARIFF_PLANS = ['free', 'ahead', 'daily'] as const satisfies readonly TariffPlan[]

/** What a month of one instance includes, and how it is paid. */
export interface Tariff {
  readonly name: string
  readonly plan: TariffPlan
  /** To and from how many chats messages may go in a month; null: any number. */
  readonly correspondents: number | null
  /** Calls in a month by a method's name in lower case; a method that is not there is unlimited. */
  readonly calls: ReadonlyMap<string, number>
  /** How many such instances an account may have where its terms don't say; null: any number. */
  readonly instances: number | null
}

/** What a tariff costs from a billing day on. A price of the account's own goes before the general one. */
export interface PriceRow {
  readonly tariff: string
  /** Null: for every account. */
  readonly account: AccountId | null
  readonly currency: string
  /** The first billing day that it holds for, see `billing/day.ts`. */
  readonly fromDay: number
  /** Minor units, not below zero: for a day (`daily`) or for 30 days (`ahead`). */
  readonly amount: number
}

/**
 * charge: a billing day of an instance. renewal: 30 days of one that is paid ahead. topUp, refund: money came, or was given back.
 * correction: the operator put something right.
 */
export const LEDGER_KINDS = ['charge', 'renewal', 'topUp', 'refund', 'correction'] as const
export type LedgerKind = (typeof LEDGER_KINDS)[number]

/** A line of the ledger, which only ever grows; the balance is the sum of its amounts. */
export interface LedgerLine {
  readonly seq: number
  readonly account: AccountId
  readonly at: EpochMs
  readonly kind: LedgerKind
  /** Minor units of the account's currency; below zero when it lowers the balance. */
  readonly amount: number
  readonly instance: InstanceId | null
  /** The billing day that it belongs to; of a charge, the one that it pays. */
  readonly day: number
  /** The month (`billing/month.ts`) on whose statement it stands: that of its day, or the first that was open when it came. */
  readonly month: number
  /** Of a charge or renewal: the tariff's name. */
  readonly reason: string
  /** Who did it: `system`, or how the audit log names him. */
  readonly author: string
}

/** What one kind of line comes to on one day of an account. */
export interface DayTotal {
  readonly day: number
  readonly month: number
  readonly kind: LedgerKind
  readonly amount: number
  readonly lines: number
}

/** A month's bill, frozen when it is made. Its lines are those of the ledger with this month. */
export interface StatementRow {
  readonly account: AccountId
  readonly month: number
  readonly currency: string
  /** prepaid: the first month of cooperation, paid from the balance as it went. postpaid: every later one. */
  readonly plan: 'prepaid' | 'postpaid'
  /** Of all charges and renewals; below or at zero. */
  readonly charged: number
  /** Of all other lines. */
  readonly paid: number
  readonly lines: number
  /** The balance before and after: `closing = opening + charged + paid`. */
  readonly opening: number
  readonly closing: number
  readonly createdAt: EpochMs
}

/** Something that was done to an account or the server, and by whom. No secret is ever in it. */
export interface AuditEntry {
  readonly seq: number
  readonly at: EpochMs
  /** `operator`, `cli`, `system`, `partner:{token id}`, or `person:{id}`. */
  readonly actor: string
  /** `account.suspend`, `token.revoke`, …: an `AuditAction`, or what an older or newer release wrote. */
  readonly action: string
  readonly account: AccountId | null
  /** What it was done to: an id or a name; empty where the account says it all. */
  readonly target: string
  readonly details: Readonly<Record<string, unknown>>
}

/** Where an account wants to hear of what happens to its instances. */
export interface AccountHook {
  readonly account: AccountId
  readonly url: string
  /** `whsec_` + base64, Standard Webhooks; sealed at rest. */
  readonly secret: string
  readonly createdAt: EpochMs
}

export const LIFECYCLE_TYPES = [
  'instance.created',
  'instance.linked',
  'instance.unlinked',
  'instance.deleted',
  'account.charged',
  'account.lowBalance',
  'hook.test',
] as const
export type LifecycleType = (typeof LIFECYCLE_TYPES)[number]

/** An event on its way to an account's hook; the id is the same on every attempt. */
export interface LifecycleEvent {
  readonly seq: number
  readonly id: string
  readonly account: AccountId
  readonly type: LifecycleType
  /** JSON, frozen. */
  readonly body: string
  readonly at: EpochMs
  readonly attempts: number
  readonly dueAt: EpochMs
}
