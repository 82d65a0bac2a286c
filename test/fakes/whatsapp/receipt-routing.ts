import { formOf, jidOf } from './jid.ts'
import type { Form } from './jid.ts'
import type { Account, Network, Node } from './network.ts'
import { bring } from './routing.ts'
import type { Sender } from './routing.ts'
import { seconds } from './stanza.ts'

/** Brings a receipt to those whom it is for: all phones and devices of an author, or the one that shall send a message again. */
export function routeReceipt(network: Network, sender: Sender, receipt: Node): void {
  const { to = '' } = receipt.attrs
  if (to.endsWith('@g.us') || to.endsWith('@broadcast')) routeToMany(network, sender, receipt, to)
  else routeToPerson(network, sender, receipt, to)
}

function routeToMany(network: Network, sender: Sender, receipt: Node, chat: string): void {
  const { type, participant: author = '' } = receipt.attrs
  const form = formOf(author)
  const mine = jidOf(sender.account, form, sender.device)
  const stanza = forwarded(network, receipt, { from: chat, participant: mine })
  const account = network.find(author)
  if (account === undefined) return
  if (type === 'retry') return bring(network, sender, author, stanza)
  if (type === 'read-self' || account === sender.account)
    return bring(network, sender, jidOf(sender.account, form), stanza)
  bringToAll(network, sender, account, form, stanza)
  if (type === 'read') {
    const read = forwarded(network, receipt, { from: chat, participant: mine, type: 'read-self' })
    bring(network, sender, jidOf(sender.account, form), read)
  }
}

function routeToPerson(network: Network, sender: Sender, receipt: Node, to: string): void {
  const { type, recipient } = receipt.attrs
  const account = network.find(to)
  if (account === undefined) return
  const form = formOf(to)
  const from = jidOf(sender.account, form, sender.device)
  const isOwn = account === sender.account
  if (type === 'retry' || isOwn) {
    const chat: Record<string, string> = recipient === undefined ? {} : { recipient }
    return bring(network, sender, to, forwarded(network, receipt, { from, ...chat }))
  }
  // The person's other devices see what was read here.
  if (type === 'read' || type === 'read-self') {
    const read = forwarded(network, receipt, { from, recipient: to, type: 'read-self' })
    for (const device of [0, ...sender.account.devices.keys()]) {
      bring(network, sender, jidOf(sender.account, form, device), read)
    }
  }
  if (type !== 'read-self') bringToAll(network, sender, account, form, forwarded(network, receipt, { from }))
}

function bringToAll(network: Network, sender: Sender, account: Account, form: Form, stanza: Node): void {
  for (const device of [0, ...account.devices.keys()]) {
    bring(network, sender, jidOf(account, form, device), stanza)
  }
}

/** What the other side sees of a receipt. That a device is not in use (`inactive`) is for the server alone. */
function forwarded(network: Network, receipt: Node, attrs: Readonly<Record<string, string>>): Node {
  const { id = '', type } = receipt.attrs
  const made: Record<string, string> = { id, t: receipt.attrs['t'] ?? seconds(network.now()) }
  if (type !== undefined && type !== 'inactive') made['type'] = type
  return { ...receipt, tag: 'receipt', attrs: { ...made, ...attrs } }
}

/** The ids that a receipt is about. */
export function idsOf(receipt: Node): string[] {
  const { id = '' } = receipt.attrs
  if (!Array.isArray(receipt.content)) return [id]
  const list = receipt.content.find(({ tag }) => tag === 'list')
  const items = Array.isArray(list?.content) ? list.content : []
  return [id, ...items.map(({ attrs }) => attrs['id'] ?? '')]
}
