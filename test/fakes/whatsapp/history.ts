import { deflateSync } from 'node:zlib'
import { names } from './group-node.ts'
import { sealFile } from './media-crypto.ts'
import type { Account, Device, Network } from './network.ts'
import type { SyncProto } from './sync-proto.ts'
import type { Seen, VirtualPhone } from './virtual-phone.ts'

/** Of the protocol's kinds of history. */
export const HISTORY = { bootstrap: 0, recent: 3, pushNames: 4, onDemand: 6 } as const
export type HistoryKind = (typeof HISTORY)[keyof typeof HISTORY]

/** How a phone brings its past to a device that came on for the first time. */
export interface HistorySettings {
  /** Nothing at all: the device then waits for it 20 s. */
  isSilent: boolean
  /** In the notification itself, as against on the media servers. */
  isInline: boolean
  /** How chats with persons are named. */
  naming: 'pn' | 'lid'
  /** Of each chat. */
  messagesPerChat: number
}

interface OnDemandRequest {
  readonly chatJid?: string | null
  readonly oldestMsgId?: string | null
  readonly onDemandMsgCount?: number | null
}

/** Of the protocol's kinds of messages. */
const HISTORY_SYNC_NOTIFICATION = 5
/** Of what a device asks of its phone. */
const ON_DEMAND_REQUEST = 3
const SENT = 2
const DELIVERED = 3

/** The past, as the phones have it: what they bring to a new device, and when they are asked. */
export class History {
  readonly #network: Network
  readonly #proto: SyncProto
  readonly #settings = new Map<string, HistorySettings>()
  /** Kinds that were brought, by the number, oldest first. */
  readonly brought: { readonly phone: string; readonly device: number; readonly kind: HistoryKind }[] = []

  constructor(network: Network, proto: SyncProto) {
    this.#network = network
    this.#proto = proto
  }

  /** May be changed at any time. */
  settings(phone: string): HistorySettings {
    const known = this.#settings.get(phone)
    if (known !== undefined) return known
    const made: HistorySettings = { isSilent: false, isInline: true, naming: 'pn', messagesPerChat: 50 }
    this.#settings.set(phone, made)
    return made
  }

  async bring(phone: VirtualPhone, device: Device): Promise<void> {
    const { isSilent, messagesPerChat } = this.settings(phone.account.phone)
    if (isSilent) return
    const conversations = this.#conversations(phone, messagesPerChat)
    const phoneNumberToLidMappings = this.#mappings(phone)
    await this.#send(phone, device, HISTORY.bootstrap, { conversations, phoneNumberToLidMappings, progress: 100 })
    await this.#send(phone, device, HISTORY.pushNames, { pushnames: this.#pushNames(phone) })
    await this.#send(phone, device, HISTORY.recent, { conversations: [], progress: 100 })
  }

  /** A device asked its phone for more of a chat; false when it asked for something else. */
  async answer(phone: VirtualPhone, device: Device, message: object, requestId?: string): Promise<boolean> {
    const request = onDemandRequestIn(message)
    if (request === undefined) return false
    const chat = this.#chatOf(request.chatJid ?? '')
    const all = phone.messages(chat)
    const end = all.findIndex(({ id }) => id === request.oldestMsgId)
    const older = all.slice(0, end === -1 ? all.length : end).slice(-(request.onDemandMsgCount ?? 50))
    const conversations = older.length === 0 ? [] : [this.#conversation(phone, chat, older)]
    await this.#send(phone, device, HISTORY.onDemand, { conversations }, requestId)
    return true
  }

  async #send(phone: VirtualPhone, device: Device, kind: HistoryKind, content: object, requestId?: string) {
    const { HistorySync } = this.#proto
    const history = HistorySync.fromObject({ syncType: kind, chunkOrder: 1, ...content })
    const bytes = deflateSync(HistorySync.encode(history).finish())
    const { isInline } = this.settings(phone.account.phone)
    const notification = {
      ...(isInline ? { initialHistBootstrapInlinePayload: bytes } : this.#upload(bytes)),
      ...{ syncType: kind, chunkOrder: 1 },
      ...(kind !== HISTORY.pushNames && { progress: 100 }),
      ...(requestId !== undefined && { peerDataRequestSessionId: requestId }),
    }
    this.brought.push({ phone: phone.account.phone, device: device.id, kind })
    const protocolMessage = { type: HISTORY_SYNC_NOTIFICATION, historySyncNotification: notification }
    await phone.tellDevice(device, { protocolMessage })
  }

  #upload(bytes: Uint8Array): object {
    const { body, mediaKey, fileSha256, fileEncSha256, fileLength } = sealFile(bytes, 'history')
    const { directPath } = this.#network.media.put(body)
    return { mediaKey, directPath, fileSha256, fileEncSha256, fileLength }
  }

  #conversations(phone: VirtualPhone, perChat: number): object[] {
    const chats = new Map<string, Seen[]>()
    for (const message of phone.messages()) {
      const list = chats.get(message.chat)
      if (list === undefined) chats.set(message.chat, [message])
      else list.push(message)
    }
    return [...chats].map(([chat, messages]) => this.#conversation(phone, chat, messages.slice(-perChat)))
  }

  /** The newest message first, as phones write them. */
  #conversation(phone: VirtualPhone, chat: string, messages: readonly Seen[]): object {
    const last = Math.floor((messages.at(-1)?.at ?? 0) / 1000)
    const group = this.#network.groups.get(chat)
    const about =
      group === undefined
        ? this.#person(phone.account, chat)
        : { id: chat, name: group.subject, ephemeralExpiration: group.ephemeralS }
    return {
      ...about,
      ...{
        conversationTimestamp: last,
        lastMsgTimestamp: last,
        endOfHistoryTransfer: true,
        endOfHistoryTransferType: 1,
      },
      unreadCount: 0,
      messages: messages.toReversed().map((message) => ({ message: this.#info(phone.account, message) })),
    }
  }

  #person(account: Account, chat: string): object {
    const other = this.#network.accounts.get(chat)
    if (other === undefined) return { id: chat }
    const { lid, pn } = names(this.#network, chat)
    return this.settings(account.phone).naming === 'pn' ? { id: pn, lidJid: lid } : { id: lid, pnJid: pn }
  }

  #info(account: Account, { id, chat, author, isOwn, at, raw, progress }: Seen): object {
    const isGroup = chat.includes('@')
    const naming = this.settings(account.phone).naming
    const status = progress.size > 0 ? DELIVERED : SENT
    return {
      key: {
        ...{ remoteJid: isGroup ? chat : names(this.#network, chat)[naming], fromMe: isOwn, id },
        ...(isGroup && !isOwn && { participant: names(this.#network, author).lid }),
      },
      ...{ message: raw, messageTimestamp: Math.floor(at / 1000) },
      ...(isOwn ? { status } : { pushName: this.#network.accounts.get(author)?.name ?? '' }),
    }
  }

  #acquaintances(phone: VirtualPhone): Account[] {
    const phones = new Set(phone.messages().flatMap(({ chat, author }) => [chat, author]))
    phones.delete(phone.account.phone)
    return [...phones].flatMap((one) => this.#network.accounts.get(one) ?? [])
  }

  #mappings(phone: VirtualPhone): object[] {
    return [phone.account, ...this.#acquaintances(phone)].map((account) => {
      const { lid, pn } = names(this.#network, account.phone)
      return { lidJid: lid, pnJid: pn }
    })
  }

  #pushNames(phone: VirtualPhone): object[] {
    return this.#acquaintances(phone).map(({ phone: number, name }) => ({
      id: names(this.#network, number).pn,
      pushname: name,
    }))
  }

  /** How the phone names a chat. */
  #chatOf(jid: string): string {
    return this.#network.groups.has(jid) ? jid : (this.#network.find(jid)?.phone ?? jid)
  }
}

function onDemandRequestIn(message: object): OnDemandRequest | undefined {
  const { protocolMessage } = message as {
    protocolMessage?: {
      peerDataOperationRequestMessage?: {
        peerDataOperationRequestType?: number
        historySyncOnDemandRequest?: OnDemandRequest
      }
    }
  }
  const asked = protocolMessage?.peerDataOperationRequestMessage
  return asked?.peerDataOperationRequestType === ON_DEMAND_REQUEST ? asked.historySyncOnDemandRequest : undefined
}
