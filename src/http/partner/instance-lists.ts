import { billingDay, billingDayEnd } from '../../billing/day.ts'
import type { Instance } from '../../instances/instance.ts'
import type { Clock } from '../../lib/clock.ts'
import type { EpochMs } from '../../model/ids.ts'
import type { AccountRow } from '../../model/account.ts'
import type { PartnerInstances } from '../../partners/partner-instances.ts'
import { wireTime } from '../wire-time.ts'

/** What `timeDeleted` says of a live instance. */
const NOT_DELETED = '0001-01-01T00:00:00'
const TARIFF = 'PARTNER'
/** Lists of so many bytes together are kept; the least recently asked for goes first. */
const KEPT_BYTES = 64 * 1024 * 1024

interface List {
  readonly revision: number
  readonly day: number
  readonly bytes: Buffer
}

interface Fragment {
  readonly name: string
  readonly token: string
  readonly deletedAt: EpochMs | null
  /** JSON of the instance without its changing end. */
  readonly text: string
}

/**
 * The answers of `getInstances`, kept as bytes until something that they show has changed or a billing day has passed. Rebuilding
 * joins texts that are kept for each instance.
 */
export class InstanceLists {
  readonly #instances: Pick<PartnerInstances, 'list' | 'revision'>
  readonly #clock: Clock
  readonly #lists = new Map<string, List>()
  readonly #fragments = new WeakMap<Instance, Fragment>()
  #keptBytes = 0

  constructor(instances: Pick<PartnerInstances, 'list' | 'revision'>, clock: Clock) {
    this.#instances = instances
    this.#clock = clock
  }

  /** The account's instances as a JSON array. */
  of(account: AccountRow): Buffer {
    const now = this.#clock.now()
    const revision = this.#instances.revision(account)
    const day = billingDay(now)
    const kept = this.#lists.get(account.id)
    if (kept?.revision === revision && kept.day === day) return kept.bytes
    const bytes = this.#build(account, now)
    this.#keep(account, { revision, day, bytes })
    return bytes
  }

  #build(account: AccountRow, now: EpochMs): Buffer {
    const liveEnd = endOf(now)
    const texts: string[] = []
    for (const instance of this.#instances.list(account)) {
      const { deletedAt } = instance
      texts.push(this.#fragment(instance).text + (deletedAt === null ? liveEnd : endOf(deletedAt)))
    }
    return Buffer.from(`[${texts.join()}]`)
  }

  #fragment(instance: Instance): Fragment {
    const { name, token, deletedAt } = instance
    const kept = this.#fragments.get(instance)
    if (kept?.name === name && kept.token === token && kept.deletedAt === deletedAt) return kept
    const made = { name, token, deletedAt, text: describe(instance) }
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

/** All fields but `expirationDate`, which every billing day changes; without the closing brace. */
function describe(instance: Instance): string {
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
    apiTokenInstance: instance.token,
    deleted: deletedAt !== null,
    tariff: TARIFF,
    isFree: false,
    isPartner: true,
  }
  return JSON.stringify(fields).slice(0, -1)
}

/** A partner's instance is paid for to the end of the billing day, and goes on by itself while it exists. */
function endOf(at: EpochMs): string {
  return `,"expirationDate":"${wireTime(billingDayEnd(at))}","isExpired":false}`
}
