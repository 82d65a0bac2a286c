import { formOf, jidOf, otherForm, parseJid, statusChat } from './jid.ts'
import type { Form } from './jid.ts'
import { child, children } from './nodes.ts'
import type { Account, Network, Node } from './network.ts'
import { seconds } from './stanza.ts'

/** Who sends: a linked device, or 0 for the phone. */
export interface Sender {
  readonly account: Account
  readonly device: number
}

/** Of what a device puts beside the ciphertexts, that which is not brought to others. */
const forTheServerAlone = new Set(['participants', 'enc', 'tctoken', 'reporting', 'device-identity'])
/** Attributes that go through as they are. */
const passedOn = ['edit', 'category', 'push_priority', 'addressing_mode']

/** What is the same of a message for all who get it. */
interface Parcel {
  readonly network: Network
  readonly sender: Sender
  readonly to: string
  readonly stanza: Node
  readonly attrs: Readonly<Record<string, string>>
  readonly beside: readonly Node[]
  readonly identity: Node | undefined
}

/** Brings a message to the phones and devices that it is for. The codes of the errors are those that the real server is reported to use. */
export function routeMessage(network: Network, sender: Sender, stanza: Node): { readonly error?: string } {
  const parcel = parcelOf(network, sender, stanza)
  if (parcel.to === statusChat) return routeStatus(parcel)
  return parcel.to.endsWith('@g.us') ? routeToGroup(parcel) : routeToPerson(parcel)
}

function parcelOf(network: Network, sender: Sender, stanza: Node): Parcel {
  const { id = '', to = '', type = 'text' } = stanza.attrs
  const attrs: Record<string, string> = { id, type, t: seconds(network.now()) }
  if (sender.account.name !== '') attrs['notify'] = sender.account.name
  for (const name of passedOn) {
    const value = stanza.attrs[name]
    if (value !== undefined) attrs[name] = value
  }
  const beside = children(stanza).filter(({ tag }) => !forTheServerAlone.has(tag))
  return { network, sender, to, stanza, attrs, beside, identity: child(stanza, 'device-identity') }
}

function routeToPerson(parcel: Parcel): { readonly error?: string } {
  const { network, sender, to, stanza } = parcel
  const recipient = network.find(to)
  if (recipient === undefined) return { error: '404' }
  if (recipient.blocked.has(jidOf(sender.account, 'lid'))) return {}
  const participants = child(stanza, 'participants')
  if (participants === undefined) {
    // For one device alone: a peer message, or one that is sent again after a retry receipt.
    bringDirect(parcel, to, children(stanza, 'enc'))
    return {}
  }
  for (const named of children(participants)) bringDirect(parcel, named.attrs['jid'] ?? '', children(named, 'enc'))
  return {}
}

function bringDirect(parcel: Parcel, target: string, ciphertexts: readonly Node[]): void {
  const { network, sender, to, stanza } = parcel
  const form = formOf(target)
  const from = jidOf(sender.account, form, sender.device)
  const alternate = jidOf(sender.account, otherForm(form))
  const recipient = stanza.attrs['recipient'] ?? to
  const isForMyself = network.find(target) === sender.account
  const attrs: Record<string, string> = { ...parcel.attrs, from }
  if (!isForMyself) attrs[form === 'lid' ? 'sender_pn' : 'sender_lid'] = alternate
  else if (attrs['category'] !== 'peer') {
    attrs['recipient'] = recipient
    const peer = network.find(recipient)
    if (peer !== undefined) {
      attrs[formOf(recipient) === 'lid' ? 'peer_recipient_pn' : 'peer_recipient_lid'] = jidOf(
        peer,
        otherForm(formOf(recipient)),
      )
    }
  }
  bring(network, sender, target, { tag: 'message', attrs, content: contentOf(parcel, ciphertexts) })
}

function routeToGroup(parcel: Parcel): { readonly error?: string } {
  const { network, sender, to, stanza } = parcel
  const group = network.groups.get(to)
  if (group === undefined) return { error: '404' }
  const member = group.members.get(sender.account.phone)
  if (member === undefined || (group.announce && !member.isAdmin)) return { error: '403' }
  const form: Form = stanza.attrs['addressing_mode'] === 'pn' ? 'pn' : 'lid'
  const attrs = fromMany(parcel, to, form)
  const shared = children(stanza, 'enc')
  const only = stanza.attrs['participant']
  if (only !== undefined) {
    bring(network, sender, only, { tag: 'message', attrs, content: contentOf(parcel, shared) })
    return {}
  }
  const own = ownCiphertexts(parcel)
  for (const phone of group.members.keys()) {
    const account = network.accounts.get(phone)
    if (account === undefined) continue
    for (const device of [0, ...account.devices.keys()]) {
      const ciphertexts = [...(own.get(deviceKey(account, device)) ?? []), ...shared]
      const target = jidOf(account, form, device)
      bring(network, sender, target, { tag: 'message', attrs, content: contentOf(parcel, ciphertexts) })
    }
  }
  return {}
}

/** Who gets a status is said by its sender: those who are named. */
function routeStatus(parcel: Parcel): { readonly error?: string } {
  const { network, sender, stanza, to } = parcel
  const shared = children(stanza, 'enc')
  for (const named of children(child(stanza, 'participants'))) {
    const target = named.attrs['jid'] ?? ''
    const attrs = fromMany(parcel, to, formOf(target))
    const content = contentOf(parcel, [...children(named, 'enc'), ...shared])
    bring(network, sender, target, { tag: 'message', attrs, content })
  }
  return {}
}

/** The attributes of a message in a chat of many. */
function fromMany({ attrs, sender }: Parcel, chat: string, form: Form): Record<string, string> {
  return {
    ...attrs,
    from: chat,
    participant: jidOf(sender.account, form, sender.device),
    [form === 'lid' ? 'participant_pn' : 'participant_lid']: jidOf(sender.account, otherForm(form)),
    addressing_mode: form,
  }
}

function ownCiphertexts({ network, stanza }: Parcel): ReadonlyMap<string, readonly Node[]> {
  const own = new Map<string, readonly Node[]>()
  for (const named of children(child(stanza, 'participants'))) {
    const jid = named.attrs['jid'] ?? ''
    const account = network.find(jid)
    if (account !== undefined) own.set(deviceKey(account, parseJid(jid)?.device ?? 0), children(named, 'enc'))
  }
  return own
}

function deviceKey(account: Account, device: number): string {
  return `${account.phone}:${String(device)}`
}

/** The sender's signed identity goes along with the first message of a session. */
function contentOf({ beside, identity }: Parcel, ciphertexts: readonly Node[]): Node[] {
  const content = [...ciphertexts, ...beside]
  const isFirst = ciphertexts.some(({ attrs }) => attrs['type'] === 'pkmsg')
  if (identity !== undefined && isFirst) content.push(identity)
  return content
}

/** Hands a stanza to the phone or device that a jid names; never to the one that sent it. */
export function bring(network: Network, sender: Sender, target: string, stanza: Node): void {
  const jid = parseJid(target)
  const account = network.find(target)
  if (jid === null || account === undefined) return
  if (account === sender.account && jid.device === sender.device) return
  if (jid.device === 0) {
    // A phone answers in its own time: never before its peer has heard from the server.
    const phone = account.phoneDevice
    queueMicrotask(() => phone.receive(stanza))
    return
  }
  const device = account.devices.get(jid.device)
  if (device !== undefined) network.deliver(device, stanza)
}
