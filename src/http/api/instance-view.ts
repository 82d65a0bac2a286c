import { originOf } from '../../lib/web-url.ts'
import Type from 'typebox'
import { endOfTime } from '../../billing/paid-time.ts'
import type { Instance } from '../../instances/instance.ts'
import type { EpochMs } from '../../model/ids.ts'
import { MESSENGERS } from '../../model/messenger.ts'
import { isoTime, isoTimeOrNull } from './iso-time.ts'

const DAY_MS = 86_400_000

const integer = Type.Integer()
const text = Type.String()
const flag = Type.Boolean()
const integerOrNull = Type.Union([integer, Type.Null()])
const textOrNull = Type.Union([text, Type.Null()])

/** In the order in which a linking goes. */
export const INSTANCE_STATES = [
  'notAuthorized',
  'pendingCode',
  'pendingPassword',
  'starting',
  'authorized',
  'blocked',
  'suspended',
] as const

export const INSTANCE = Type.Object({
  idInstance: integer,
  name: text,
  typeInstance: Type.Enum([...MESSENGERS]),
  apiTokenInstance: Type.Optional(text),
  state: Type.Enum([...INSTANCE_STATES]),
  phone: textOrNull,
  wid: textOrNull,
  isOnline: Type.Union([flag, Type.Null()]),
  trouble: textOrNull,
  held: Type.Union([Type.Literal('accountSuspended'), Type.Literal('expired'), Type.Null()]),
  tariff: text,
  isFree: flag,
  isPartner: flag,
  timeCreated: text,
  timeDeleted: textOrNull,
  expirationDate: textOrNull,
  isExpired: flag,
  daysLeft: Type.Union([integer, Type.Null()]),
  queued: integerOrNull,
  notifications: integerOrNull,
})
export const INSTANCE_WITH_SETTINGS = Type.Object({
  ...INSTANCE.properties,
  settings: Type.Record(text, Type.Unknown()),
})

export interface ViewOptions {
  readonly now: EpochMs
  /** With what lets its holder act as the instance, or as its webhook's sender. */
  readonly withSecrets: boolean
  /** Of a webhook's URL only where it leads to: its path and query may be secret. */
  readonly withOriginsOnly?: boolean
}

/**
 * An instance as lists show it. `expirationDate` is null where there is no end, `daysLeft` the whole days to it. `paid`: as a change that is
 * about to be stored makes it.
 */
export function instanceView(
  instance: Instance,
  { now, withSecrets }: ViewOptions,
  paid: Pick<Instance, 'tariff' | 'paidUntil'> = instance,
): object {
  const { linked, deletedAt } = instance
  const { tariff, paidUntil } = paid
  const end = endOfTime({ tariff, paidUntil, deletedAt }, now)
  const isExpired = end !== null && end <= (deletedAt ?? now)
  return {
    idInstance: instance.id,
    name: instance.name,
    typeInstance: instance.messenger,
    ...(withSecrets && { apiTokenInstance: instance.token }),
    state: instance.state,
    phone: linked === null || linked.phone === '' ? null : linked.phone,
    wid: linked?.wid ?? null,
    held: heldOf(instance, isExpired),
    tariff: tariff.name,
    isFree: tariff.plan === 'free',
    isPartner: tariff.plan === 'daily',
    timeCreated: isoTime(instance.createdAt),
    timeDeleted: isoTimeOrNull(deletedAt),
    expirationDate: isoTimeOrNull(end),
    isExpired,
    daysLeft: end === null ? null : Math.max(0, Math.floor((end - now) / DAY_MS)),
    ...momentOf(instance),
  }
}

/** What is known of an instance where it lives alone; all null elsewhere. */
export interface Moment {
  readonly isOnline: boolean | null
  /** Why it is not online, where that is known. */
  readonly trouble: string | null
  readonly queued: number | null
  readonly notifications: number | null
}

const UNKNOWN: Moment = { isOnline: null, trouble: null, queued: null, notifications: null }

/** Of a deleted one, which lives nowhere, everybody knows that nothing waits. */
export function momentOf(instance: Pick<Instance, keyof Moment | 'isHere' | 'deletedAt'>): Moment {
  if (!instance.isHere && instance.deletedAt === null) return UNKNOWN
  const { isOnline, trouble, queued, notifications } = instance
  return { isOnline, trouble, queued, notifications }
}

/** The same with its settings. */
export function instanceWithSettings(instance: Instance, options: ViewOptions): object {
  const { webhookUrlToken, proxyUrl, ...settings } = instance.settings
  const webhookUrl = options.withOriginsOnly === true ? originOf(settings.webhookUrl) : settings.webhookUrl
  const secrets = options.withSecrets ? { webhookUrlToken } : {}
  const proxy = options.withSecrets ? proxyUrl : originOf(proxyUrl)
  return { ...instanceView(instance, options), settings: { ...settings, webhookUrl, proxyUrl: proxy, ...secrets } }
}

/** Why it stands still; what is paid now stands still no more. */
function heldOf({ held, deletedAt }: Instance, isExpired: boolean): string | null {
  if (held === undefined || deletedAt !== null) return null
  return held.fault === 'expired' && !isExpired ? null : held.fault
}
