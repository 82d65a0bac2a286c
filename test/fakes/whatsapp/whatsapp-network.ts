import { createHmac } from 'node:crypto'
import { EventEmitter } from 'node:events'

import { Delivery } from './delivery.ts'
import { jidOf, parseJid } from './jid.ts'
import { LinkedDevice } from './linked-device.ts'
import type { Account, Device, Faults, Group, Network, Node, Part, Phone } from './network.ts'
import { MediaStore } from './media.ts'
import { routeMessage } from './routing.ts'
import { routeReceipt } from './receipt-routing.ts'
import { seconds, stanzaId } from './stanza.ts'

export type MakePhone = (account: Account, network: Network) => Phone

/** The accounts, their devices, and the ways between them. */
export class WhatsAppNetwork extends EventEmitter implements Network {
  readonly accounts = new Map<string, Account>()
  readonly groups = new Map<string, Group>()
  readonly faults: Faults = {
    cut: null,
    silent: false,
    hidesDevices: false,
    ackErrors: new Map(),
    loseAcks: 0,
    duplicate: false,
    reorder: 0,
    corrupt: 0,
    failure: null,
  }
  readonly media = new MediaStore()
  /** Those of the parts that may refuse a message. */
  readonly refusals: NonNullable<Part['refuses']>[] = []
  readonly #byLid = new Map<string, Account>()
  readonly #makePhone: MakePhone
  readonly #delivery = new Delivery(this.faults)
  /** Who has asked for an account's devices, and must hear of changes. */
  readonly #knowers = new Map<Account, Set<LinkedDevice>>()

  constructor(makePhone: MakePhone) {
    super()
    this.setMaxListeners(0)
    this.#makePhone = makePhone
  }

  account(phone: string): Account {
    const known = this.accounts.get(phone)
    if (known !== undefined) return known
    const account = makeAccount(phone, this.#makePhone, this)
    this.accounts.set(phone, account)
    this.#byLid.set(account.lid, account)
    return account
  }

  find(who: string): Account | undefined {
    const jid = parseJid(who)
    if (jid === null) return this.accounts.get(who) ?? this.#byLid.get(who)
    return jid.server === 'lid' ? this.#byLid.get(jid.user) : this.accounts.get(jid.user)
  }

  deliver(device: Device, stanza: Node): void {
    if (device instanceof LinkedDevice) this.#delivery.deliver(device, stanza)
  }

  /** Brings all that waits, and says how much it was. */
  bringWaiting(device: LinkedDevice): number {
    return this.#delivery.bringWaiting(device)
  }

  route(account: Account, device: number, stanza: Node): { readonly error?: string } {
    if (stanza.tag === 'receipt') {
      routeReceipt(this, { account, device }, stanza)
      return {}
    }
    for (const refuses of this.refusals) {
      const error = refuses(stanza, account)
      if (error !== undefined) return { error }
    }
    return routeMessage(this, { account, device }, stanza)
  }

  /** The reason with which the next login is refused, or null. */
  takeFailure(): string | null {
    const { failure } = this.faults
    if (failure === null || failure.times === 0) return null
    failure.times -= failure.times > 0 ? 1 : 0
    return failure.reason
  }

  /** The error of the ack of a message to a chat that a test asked for, or undefined. */
  takeAckError(chat: string): string | undefined {
    const { ackErrors } = this.faults
    if (ackErrors.size === 0) return undefined
    const asked = ackErrors.get(chat) ?? ackErrors.get('*')
    if (asked === undefined || asked.times === 0) return undefined
    asked.times -= asked.times > 0 ? 1 : 0
    return asked.code
  }

  /** Somebody's device learnt the devices of an account. */
  learnt(device: LinkedDevice, of: Account): void {
    const known = this.#knowers.get(of)
    if (known === undefined) this.#knowers.set(of, new Set([device]))
    else known.add(device)
  }

  /** Those who knew the account's devices hear that one was added or taken off, under both of its names. */
  tellOfDevice(device: LinkedDevice, change: 'add' | 'remove'): void {
    if (this.faults.hidesDevices) return
    const { account } = device
    const others = [...account.devices.values()].filter((other) => other !== device)
    const hearers = new Set<Device>([...others, ...(this.#knowers.get(account) ?? [])])
    for (const hearer of hearers) {
      for (const form of ['pn', 'lid'] as const) {
        const named = { tag: 'device', attrs: { jid: jidOf(account, form, device.id), 'key-index': String(device.id) } }
        this.deliver(hearer, {
          tag: 'notification',
          attrs: { id: stanzaId(), type: 'devices', from: jidOf(account, form), t: seconds(this.now()) },
          content: [{ tag: change, attrs: {}, content: [named] }],
        })
      }
    }
  }

  unlink(device: Device): void {
    if (!(device instanceof LinkedDevice) || !device.account.devices.delete(device.id)) return
    device.mail.clear()
    device.connection?.close({ code: '401', child: { tag: 'conflict', attrs: { type: 'device_removed' } } })
    for (const knowers of this.#knowers.values()) knowers.delete(device)
    this.tellOfDevice(device, 'remove')
  }

  now(): number {
    return Date.now()
  }
}

function makeAccount(phone: string, makePhone: MakePhone, network: Network): Account {
  const facts = {
    phone,
    lid: lidOf(phone),
    name: '',
    devices: new Map<number, Device>(),
    wantsPasskey: false,
    about: 'Hey there! I am using WhatsApp.',
    aboutAt: Math.floor(network.now() / 1000),
    disappearingS: 0,
    privacy: new Map(privacyAtFirst),
    blocked: new Set<string>(),
    restrictedUntil: 0,
  }
  let made: Phone | undefined
  const account: Account = Object.defineProperty({ ...facts } as Account, 'phoneDevice', {
    enumerable: true,
    // Keys are only made for phones that somebody talks to.
    get: () => (made ??= makePhone(account, network)),
  })
  return account
}

const privacyAtFirst: readonly (readonly [string, string])[] = [
  ['readreceipts', 'all'],
  ['last', 'all'],
  ['online', 'all'],
  ['profile', 'all'],
  ['status', 'contacts'],
  ['groupadd', 'all'],
  ['calladd', 'all'],
  ['messages', 'all'],
]

/** The same for a number at each start, and telling nothing of it. */
function lidOf(phone: string): string {
  const digest = createHmac('sha256', 'the lids of the fake WhatsApp').update(phone).digest()
  return `1${String(digest.readBigUInt64BE() % 10n ** 14n).padStart(14, '0')}`
}
