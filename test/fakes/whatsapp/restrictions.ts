import type { Account, Device, Network, Node } from './network.ts'
import { seconds, stanzaId } from './stanza.ts'

/** The first contact of an account that may not write to strangers. */
const RESTRICTED = '463'
const DAY_MS = 86_400_000
/** What is larger than any text that a phone takes is refused; which code the real service has for it is not known. */
const TOO_LARGE = '406'
const LIMIT_BYTES = 400_000

/**
 * Accounts that may write only to those who wrote to them, or to whom they wrote before the restriction. The ack of anything else says
 * 463.
 */
export class Restrictions {
  readonly #network: Network
  /** By the number: everybody with whom words were exchanged. */
  readonly #known = new Map<string, Set<string>>()

  constructor(network: Network) {
    this.#network = network
  }

  /** From now on first contacts are refused; the devices are told. */
  restrict(account: Account, untilMs = this.#network.now() + DAY_MS): void {
    account.restrictedUntil = untilMs
    this.#tell(account)
  }

  lift(account: Account): void {
    account.restrictedUntil = 0
    this.#tell(account)
  }

  /** The error of the ack of a message that somebody's device or phone sends; undefined lets it pass. */
  refuses(message: Node, sender: Account): string | undefined {
    if (sizeOf(message) > LIMIT_BYTES) return TOO_LARGE
    const to = this.#network.find(message.attrs['to'] ?? '')
    if (to === undefined || to === sender) return undefined
    const isRestricted = sender.restrictedUntil > this.#network.now()
    if (isRestricted && this.#known.get(sender.phone)?.has(to.phone) !== true) return RESTRICTED
    this.#met(sender.phone, to.phone)
    this.#met(to.phone, sender.phone)
    return undefined
  }

  #met(one: string, other: string): void {
    const known = this.#known.get(one)
    if (known === undefined) this.#known.set(one, new Set([other]))
    else known.add(other)
  }

  #tell(account: Account): void {
    const isActive = account.restrictedUntil > this.#network.now()
    const ends = isActive ? { time_enforcement_ends: seconds(account.restrictedUntil) } : {}
    const lock = { is_active: isActive, enforcement_type: 'DEFAULT', ...ends }
    const content = JSON.stringify({ data: { xwa2_notify_account_reachout_timelock: lock } })
    const update = { tag: 'update', attrs: { op_name: 'NotificationUserReachoutTimelockUpdate' } }
    for (const device of account.devices.values()) this.#deliver(device, { ...update, content: Buffer.from(content) })
  }

  #deliver(device: Device, update: Node): void {
    this.#network.deliver(device, {
      tag: 'notification',
      attrs: {
        ...{ type: 'mex', id: stanzaId(), from: 's.whatsapp.net' },
        t: seconds(this.#network.now()),
      },
      content: [update],
    })
  }
}

/** Of the largest ciphertext in it. */
function sizeOf({ content }: Node): number {
  if (Array.isArray(content)) return Math.max(0, ...content.map(sizeOf))
  return content?.length ?? 0
}
