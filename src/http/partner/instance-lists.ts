import { billingDayEnd } from '../../billing/day.ts'
import { endOfTime } from '../../billing/paid-time.ts'
import type { Instance } from '../../instances/instance.ts'
import type { Clock } from '../../lib/clock.ts'
import type { AccountRow, Tariff } from '../../model/account.ts'
import type { EpochMs } from '../../model/ids.ts'
import type { PartnerInstances } from '../../partners/partner-instances.ts'
import { wireTime } from '../wire-time.ts'

/** What `timeDeleted` says of a live instance. */
const NOT_DELETED = '0001-01-01T00:00:00'
/** The end of what costs nothing, and of what nobody has set an end to. */
const NEVER_ENDS = ',"expirationDate":"9999-12-31T23:59:59","isExpired":false}'
/** Lists of so many bytes together are kept; the least recently asked for goes first. */
const KEPT_BYTES = 64 * 1024 * 1024

interface List {
  readonly revision: number
  /** From when to when it says the truth, while the revision stays. */
  readonly from: EpochMs
  readonly until: EpochMs
  readonly bytes: Buffer
}

interface Fragment {
  readonly name: string
  readonly token: string
  readonly deletedAt: EpochMs | null
  readonly tariff: Tariff
  /** JSON of the instance without its changing end. */
  readonly text: string
}

/**
 * The answers of `getInstances`, kept as bytes until something that they show has changed: an instance, the billing day, or that the time of
 * one is over. Rebuilding joins texts that are kept for each instance.
 */
export class InstanceLists {
  readonly #instances: Pick<PartnerInstances, 'list' | 'revision'>
  readonly #clock: Clock
  readonly #showsTokens: boolean
  readonly #lists = new Map<string, List>()
  readonly #fragments = new WeakMap<Instance, Fragment>()
  #keptBytes = 0

  /** Without `showsTokens` every `apiTokenInstance` is empty. */
  constructor(
    instances: Pick<PartnerInstances, 'list' | 'revision'>,
    clock: Clock,
    { showsTokens = true }: { readonly showsTokens?: boolean } = {},
  ) {
    this.#instances = instances
    this.#clock = clock
    this.#showsTokens = showsTokens
  }

  /** The account's instances as a JSON array. */
  of(account: AccountRow): Buffer {
    const now = this.#clock.now()
    const revision = this.#instances.revision(account)
    const kept = this.#lists.get(account.id)
    if (kept?.revision === revision && now >= kept.from && now < kept.until) return kept.bytes
    const list = this.#build(account, revision, now)
    this.#keep(account, list)
    return list.bytes
  }

  #build(account: AccountRow, revision: number, now: EpochMs): List {
    const dayEnd = billingDayEnd(now)
    const liveEnd = ending(dayEnd, false)
    let until = dayEnd
    const texts: string[] = []
    for (const instance of this.#instances.list(account)) {
      const fragment = this.#fragment(instance)
      texts.push(fragment.text + endOf(instance, fragment, now, liveEnd))
      const { paidUntil } = instance
      if (paidUntil !== null && paidUntil > now) until = Math.min(until, paidUntil)
    }
    return { revision, from: now, until, bytes: Buffer.from(`[${texts.join()}]`) }
  }

  #fragment(instance: Instance): Fragment {
    const { name, deletedAt, tariff } = instance
    const token = this.#showsTokens ? instance.token : ''
    const kept = this.#fragments.get(instance)
    if (kept?.name === name && kept.token === token && kept.deletedAt === deletedAt && kept.tariff === tariff) {
      return kept
    }
    const made = { name, token, deletedAt, tariff, text: describe(instance, token, tariff) }
    this.#fragments.set(instance, made)
    return made
  }

  #keep(account: AccountRow, list: List): void {
    this.#keptBytes += list.bytes.length - (this.#lists.get(account.id)?.bytes.length ?? 0)
    this.#lists.delete(account.id)
    this.#lists.set(account.id, list)
    for (const [id, oldest] of this.#lists) {
      if (this.#keptBytes <= KEPT_BYTES || id === account.id) return
      this.#lists.delete(id)
      this.#keptBytes -= oldest.bytes.length
    }
  }
}

/** All fields but `expirationDate` and `isExpired`, which time changes; without the closing brace. */
function describe(instance: Instance, token: string, { name: tariff, plan }: Tariff): string {
  const { deletedAt } = instance
  const fields = {
    idInstance: instance.id,
    name: instance.name,
    typeInstance: instance.messenger,
    messenger: instance.messenger,
    typeAccount: '',
    partnerUserUiid: '',
    timeCreated: wireTime(instance.createdAt),
    timeDeleted: deletedAt === null ? NOT_DELETED : wireTime(deletedAt),
    apiTokenInstance: token,
    deleted: deletedAt !== null,
    tariff,
    isFree: plan === 'free',
    isPartner: plan === 'daily',
  }
  return JSON.stringify(fields).slice(0, -1)
}

/** Of nearly all that is the same text, which need not be made again for each. */
function endOf(instance: Instance, { deletedAt, tariff }: Fragment, now: EpochMs, liveEnd: string): string {
  if (tariff.plan === 'daily' && deletedAt === null) return liveEnd
  const end = endOfTime({ tariff, deletedAt, paidUntil: instance.paidUntil }, now)
  return end === null ? NEVER_ENDS : ending(end, end <= (deletedAt ?? now))
}

function ending(end: EpochMs, isExpired: boolean): string {
  return `,"expirationDate":"${wireTime(end)}","isExpired":${String(isExpired)}}`
}
