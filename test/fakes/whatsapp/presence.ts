import { names } from './group-node.ts'
import { formOf, jidOf } from './jid.ts'
import type { Account, Device, Network, Node, StanzaHandler } from './network.ts'
import { children } from './nodes.ts'
import { seconds } from './stanza.ts'

/** What a chat showed on a phone while somebody typed, in the network's words, and for how long it has been or was shown. */
export interface Shown {
  readonly chat: string
  readonly by: string
  readonly what: 'composing' | 'recording'
  readonly since: number
  /** Null while it is still shown. */
  until: number | null
}

/** How long a phone goes on to show it when nothing more is heard. */
const FORGOTTEN_AFTER_MS = 25_000

/** Who is online, who watches whom, and what is shown while somebody types. None of it is kept for who is away. */
export class Presence {
  readonly #network: Network
  readonly #online = new Set<Device>()
  /** By the number of the watched. */
  readonly #watchers = new Map<string, Map<Device, string>>()
  readonly #lastSeen = new Map<string, number>()
  /** By the number whose phone shows it. */
  readonly #shown = new Map<string, Shown[]>()

  constructor(network: Network) {
    this.#network = network
    network.on('gone', (device: Device) => this.#gone(device))
  }

  handlers(): readonly StanzaHandler[] {
    return [
      { tag: 'presence', take: (stanza, device) => this.#presence(stanza, device) },
      { tag: 'chatstate', take: (stanza, device) => this.#typing(stanza, device) },
    ]
  }

  /** What a phone showed so far, oldest first. */
  shownOn(phone: string): readonly Shown[] {
    return this.#shown.get(phone) ?? []
  }

  isOnline(phone: string): boolean {
    return [...this.#online].some(({ account }) => account.phone === phone)
  }

  /** Milliseconds; undefined when it was never online. */
  lastSeen(phone: string): number | undefined {
    return this.#lastSeen.get(phone)
  }

  #presence(stanza: Node, device: Device): void {
    const { type = 'available', to } = stanza.attrs
    if (type === 'subscribe' && to !== undefined) this.#watch(device, to)
    else if (type === 'available' || type === 'unavailable') this.#turn(device, type === 'available')
  }

  #turn(device: Device, isOnline: boolean): void {
    const { account } = device
    const before = this.isOnline(account.phone)
    if (isOnline) this.#online.add(device)
    else this.#online.delete(device)
    const after = this.isOnline(account.phone)
    if (before || after) this.#lastSeen.set(account.phone, this.#network.now())
    if (before === after) return
    for (const [watcher, jid] of this.#watchers.get(account.phone) ?? []) this.#tell(watcher, jid, account)
  }

  #watch(device: Device, jid: string): void {
    const account = this.#network.find(jid)
    if (account === undefined) return
    const watchers = this.#watchers.get(account.phone) ?? new Map<Device, string>()
    this.#watchers.set(account.phone, watchers.set(device, jid))
    this.#tell(device, jid, account)
  }

  #tell(watcher: Device, jid: string, { phone }: Account): void {
    const last = this.#lastSeen.get(phone)
    const away = last === undefined ? {} : { last: seconds(last) }
    const attrs = this.isOnline(phone) ? { type: 'available' } : { type: 'unavailable', ...away }
    watcher.connection?.send({ tag: 'presence', attrs: { from: jid, ...attrs } })
  }

  #typing(stanza: Node, { account }: Device): void {
    const [state] = children(stanza)
    const { to = '' } = stanza.attrs
    if (state === undefined) return
    const group = this.#network.groups.get(to)
    const listeners = this.#listeners(to)
    const { lid } = names(this.#network, account.phone)
    const from = group === undefined ? jidOf(account, formOf(to)) : to
    const attrs = { from, ...(group === undefined ? {} : { participant: lid }) }
    for (const listener of listeners) {
      if (listener === account) continue
      this.#show(listener.phone, group === undefined ? account.phone : to, account.phone, state)
      const shown = { tag: 'chatstate', attrs, content: [state] }
      listener.phoneDevice.receive(shown)
      for (const device of listener.devices.values()) device.connection?.send(shown)
    }
  }

  #listeners(chat: string): readonly Account[] {
    const { accounts, groups } = this.#network
    const members = groups.get(chat)?.members.keys()
    if (members !== undefined) return [...members].flatMap((phone) => accounts.get(phone) ?? [])
    return [this.#network.find(chat) ?? []].flat()
  }

  /** Somebody's word ends what was shown of the same person in the same chat. */
  #show(phone: string, chat: string, by: string, state: Node): void {
    const list = this.#shown.get(phone) ?? []
    const now = this.#network.now()
    const what = state.attrs['media'] === 'audio' ? 'recording' : 'composing'
    for (const shown of list) {
      if (shown.until !== null || shown.chat !== chat || shown.by !== by) continue
      if (state.tag === 'composing' && shown.what === what) return
      shown.until = Math.min(now, shown.since + FORGOTTEN_AFTER_MS)
    }
    if (state.tag === 'composing') list.push({ chat, by, what, since: now, until: null })
    this.#shown.set(phone, list)
  }

  #gone(device: Device): void {
    this.#turn(device, false)
    for (const watchers of this.#watchers.values()) watchers.delete(device)
  }
}
