import { child, children } from './nodes.ts'
import { formOf, jidOf, parseJid, statusChat } from './jid.ts'
import type { Account, Device, Network, Node } from './network.ts'
import { decodeMessage, encodeMessage } from './phone-engine.ts'
import { GroupKeys, isForMany } from './phone-groups.ts'
import type { Composed } from './phone-send.ts'
import type { ProtoMessage } from './proto-message.ts'
import { keysOfRetry, takeKeys, type Cipher, type PhoneSignal } from './signal.ts'
import type { PhoneSettings, VirtualPhone } from './virtual-phone.ts'

/** A phone's stanzas with encrypted content, out and in. Other phones get no ciphertext: they are told in plain, see `phone.ts`. */

export interface Outgoing {
  readonly id: string
  /** A jid. */
  readonly to: string
  readonly composed: Composed
  /** Who gets it besides the own devices. */
  readonly readers: readonly Account[]
}

export interface Incoming {
  readonly stanza: Node
  readonly author: Account
  readonly device: Device
  /** What a linked device sent to somebody else comes here as a copy. */
  readonly message: ProtoMessage
}

/** A message is sent again to one device no more often than this, and asked for. */
const MOST_RETRIES = 5

export class PhonePost {
  readonly #account: Account
  readonly #network: Network
  readonly #signal: PhoneSignal
  readonly #settings: PhoneSettings
  readonly #tally: VirtualPhone['tally']
  readonly #groups: GroupKeys
  /** What was sent, for those who could not read it; the oldest go. */
  readonly #sent = new Map<string, Outgoing>()
  /** How often, by message and device. */
  readonly #answered = new Map<string, number>()
  readonly #asked = new Map<string, number>()

  constructor(
    account: Account,
    network: Network,
    signal: PhoneSignal,
    settings: PhoneSettings,
    tally: VirtualPhone['tally'],
  ) {
    this.#account = account
    this.#network = network
    this.#signal = signal
    this.#settings = settings
    this.#tally = tally
    this.#groups = new GroupKeys(signal, (device, message) => this.#encryptFor(device, message))
  }

  /** Throws with the network's code when it refuses. */
  async send(outgoing: Outgoing): Promise<void> {
    const { id, to, composed } = outgoing
    remember(this.#sent, id, outgoing, this.#settings.keeps)
    const content = isForMany(to) ? await this.#toMany(outgoing) : await this.#toOne(outgoing)
    if (composed.meta !== undefined) content.push({ tag: 'meta', attrs: composed.meta })
    const { error } = this.#network.route(this.#account, 0, { tag: 'message', attrs: attrsOf(outgoing), content })
    if (error !== undefined) throw new Error(`the network refused the message: ${error}`)
    this.#tally.sent += 1
  }

  /** To one of the own devices, from phone to device. */
  async tell(id: string, device: Device, message: ProtoMessage): Promise<void> {
    const enc = await this.#encryptFor(device, message)
    if (enc === undefined) throw new Error(`the device ${device.id} has no keys on the server`)
    const attrs = { id, to: jidOf(this.#account, 'pn', device.id), type: 'text', category: 'peer' }
    this.#network.route(this.#account, 0, { tag: 'message', attrs, content: [enc] })
  }

  /** Undefined when it could not be read; it was asked for again then, unless that was too often. */
  async read(stanza: Node): Promise<Incoming | undefined> {
    const { sender, author, device } = this.#senderOf(stanza)
    // Without a device it is from a phone, and was told in plain, or from one that was taken off since.
    if (author === undefined || device === undefined) return undefined
    try {
      if (this.#settings.failsToRead > 0) {
        this.#settings.failsToRead -= 1
        throw new Error('made to fail')
      }
      const message = await this.#decrypt(stanza, device)
      return { stanza, author, device, message }
    } catch {
      this.#tally.unreadable += 1
      this.#askAgain(stanza, sender)
      return undefined
    }
  }

  /** A device could not read what this phone sent. */
  async answerRetry(receipt: Node): Promise<void> {
    const { sender, device } = this.#senderOf(receipt)
    const outgoing = this.#sent.get(receipt.attrs['id'] ?? '')
    if (device === undefined || outgoing === undefined || !this.#settings.answersRetries) return
    const count = countUp(this.#answered, `${outgoing.id} ${sender}`, this.#settings.keeps)
    if (count > MOST_RETRIES) return
    await this.#startAnew(device, receipt)
    const message = await this.#forRetry(outgoing, device)
    const asked = child(receipt, 'retry')?.attrs['count'] ?? '1'
    const enc = await this.#encryptFor(device, message, { count: asked })
    if (enc === undefined) return
    this.#network.route(this.#account, 0, againTo(sender, device.account === this.#account, outgoing, enc))
    this.#tally.retriesAnswered += 1
  }

  #senderOf({ attrs }: Node): { sender: string; author: Account | undefined; device: Device | undefined } {
    const sender = attrs['participant'] ?? attrs['from'] ?? ''
    const author = this.#network.find(sender)
    return { sender, author, device: author?.devices.get(parseJid(sender)?.device ?? 0) }
  }

  forget(account?: Account): void {
    if (account === undefined) return this.#signal.forget()
    for (const device of account.devices.values()) this.#signal.forget(addressOf(device))
  }

  /** One part for each device, the own ones among them. */
  async #toOne({ to, composed, readers }: Outgoing): Promise<Node[]> {
    const form = formOf(to)
    const participants: Node[] = []
    const put = async (device: Device, message: ProtoMessage) => {
      const enc = await this.#encryptFor(device, message, mediaTypeOf(composed), this.#isToSpoil())
      const jid = jidOf(device.account, form, device.id)
      if (enc !== undefined) participants.push({ tag: 'to', attrs: { jid }, content: [enc] })
    }
    for (const reader of readers)
      if (reader !== this.#account) for (const device of reader.devices.values()) await put(device, composed.message)
    if (this.#account.devices.size > 0) {
      const copy = copyOf(to, composed.message)
      for (const device of this.#account.devices.values()) await put(device, copy)
    }
    return [{ tag: 'participants', attrs: {}, content: participants }]
  }

  async #toMany({ to, composed, readers }: Outgoing): Promise<Node[]> {
    const devices = [this.#account, ...readers.filter((reader) => reader !== this.#account)].flatMap((reader) => [
      ...reader.devices.values(),
    ])
    const form = to === statusChat ? this.#settings.addressing : 'lid'
    const { cipher, participants } = await this.#groups.encrypt(to, encodeMessage(composed.message), devices, form)
    const enc = encOf(cipher, mediaTypeOf(composed), this.#isToSpoil())
    return [{ tag: 'participants', attrs: {}, content: participants }, enc]
  }

  #isToSpoil(): boolean {
    if (this.#settings.spoils === 0) return false
    this.#settings.spoils -= 1
    return true
  }

  async #encryptFor(
    device: Device,
    message: ProtoMessage,
    attrs: Readonly<Record<string, string>> = {},
    isToSpoil = false,
  ): Promise<Node | undefined> {
    const address = addressOf(device)
    if (!this.#signal.knows(address, device.identity)) {
      if (device.bundle === null) return undefined
      await this.#signal.start(address, takeKeys(device.bundle))
    }
    return encOf(await this.#signal.encrypt(address, encodeMessage(message)), attrs, isToSpoil)
  }

  async #decrypt(stanza: Node, device: Device): Promise<ProtoMessage> {
    const address = addressOf(device)
    const message: ProtoMessage = {}
    const parts = children(stanza, 'enc')
    if (parts.length === 0) throw new Error('nothing to decrypt')
    for (const { attrs, content } of parts) {
      if (!(content instanceof Uint8Array)) throw new Error('a ciphertext is missing')
      const type = attrs['type'] as Cipher['type']
      const plain =
        type === 'skmsg'
          ? await this.#signal.decryptFromGroup(stanza.attrs['from'] ?? '', address, content)
          : await this.#signal.decrypt(address, device.identity, { type, bytes: content })
      const part = decodeMessage(plain)
      const inner = part.deviceSentMessage?.message
      Object.assign(message, inner ?? part)
      const key = (inner ?? part).senderKeyDistributionMessage
      if (key !== undefined) await this.#signal.takeSenderKey(address, key)
      message.messageContextInfo ??= part.messageContextInfo ?? {}
    }
    return message
  }

  #askAgain(stanza: Node, sender: string): void {
    const { id = '', from = '', participant, recipient, t = '0' } = stanza.attrs
    if (!this.#settings.asksAgain) return
    const count = countUp(this.#asked, `${id} ${sender}`, this.#settings.keeps)
    if (count > MOST_RETRIES) return
    const retry = { tag: 'retry', attrs: { count: String(count), id, t, v: '1', error: '0' } }
    const attrs = {
      ...{ id, to: from, type: 'retry' },
      ...(participant !== undefined && { participant }),
      ...(recipient !== undefined && { recipient }),
    }
    this.#tally.retriesAsked += 1
    this.#network.route(this.#account, 0, { tag: 'receipt', attrs, content: [retry, ...this.#signal.retryKeys()] })
  }

  /** With the keys that the receipt brings, or with those that the server has. */
  async #startAnew(device: Device, receipt: Node): Promise<void> {
    const keys = keysOfRetry(receipt) ?? (device.bundle === null ? undefined : takeKeys(device.bundle))
    if (keys !== undefined) await this.#signal.start(addressOf(device), keys)
  }

  async #forRetry({ to, composed }: Outgoing, device: Device): Promise<ProtoMessage> {
    const { message } = composed
    if (isForMany(to)) return { ...message, senderKeyDistributionMessage: await this.#groups.keyOf(to) }
    return device.account === this.#account ? copyOf(to, message) : message
  }
}

/** How a device is named in Signal: one name whether it is written to by number or by lid. */
export function addressOf(device: Device): string {
  return jidOf(device.account, 'lid', device.id)
}

/** For the own devices: what was said, and to whom. */
function copyOf(destinationJid: string, message: ProtoMessage): ProtoMessage {
  const { messageContextInfo } = message
  return {
    deviceSentMessage: { destinationJid, message },
    ...(messageContextInfo !== undefined && { messageContextInfo }),
  }
}

function mediaTypeOf({ mediaType, type }: Composed): Record<string, string> {
  return {
    ...(mediaType !== undefined && { mediatype: mediaType }),
    ...(type === 'reaction' && { 'decrypt-fail': 'hide' }),
  }
}

function encOf({ type, bytes }: Cipher, attrs: Readonly<Record<string, string>>, isToSpoil: boolean): Node {
  const content = isToSpoil ? spoilt(bytes) : bytes
  return { tag: 'enc', attrs: { v: '2', type, ...attrs }, content }
}

/** So far from the end there is a mac, a signature or what they cover, in each of the three types: it looks well, and is wrong. */
const FROM_END = 12

function spoilt(bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes)
  const at = copy.length - FROM_END
  copy[at] = (copy[at] ?? 0) ^ 1
  return copy
}

function attrsOf({ id, to, composed }: Outgoing): Record<string, string> {
  return {
    ...{ id, to, type: composed.type },
    ...(to.endsWith('@g.us') && { addressing_mode: 'lid' }),
    ...(composed.edit !== undefined && { edit: composed.edit }),
  }
}

/** The stanza that brings a message again, to one device. */
function againTo(sender: string, isOwn: boolean, outgoing: Outgoing, enc: Node): Node {
  const { to } = outgoing
  const attrs = attrsOf(outgoing)
  if (to === statusChat) {
    const named = { tag: 'to', attrs: { jid: sender }, content: [enc] }
    return { tag: 'message', attrs, content: [{ tag: 'participants', attrs: {}, content: [named] }] }
  }
  if (isForMany(to)) return { tag: 'message', attrs: { ...attrs, participant: sender }, content: [enc] }
  const recipient: Record<string, string> = isOwn ? { recipient: to } : {}
  return { tag: 'message', attrs: { ...attrs, to: sender, ...recipient }, content: [enc] }
}

function countUp(counts: Map<string, number>, key: string, keeps: number): number {
  const count = (counts.get(key) ?? 0) + 1
  remember(counts, key, count, keeps)
  return count
}

function remember<Value>(map: Map<string, Value>, key: string, value: Value, keeps: number): void {
  map.set(key, value)
  if (map.size <= keeps) return
  const [oldest] = map.keys()
  if (oldest !== undefined) map.delete(oldest)
}
