import { createHash } from 'node:crypto'
import { formOf, jidOf } from './jid.ts'
import { child, children } from './nodes.ts'
import type { Account, Device, Network, Node } from './network.ts'

/**
 * What the ack of a message to a person says when it was not written for all devices of both: the hash of those that there are. Undefined
 * when it was, and for what was for one device.
 */
export function otherDevices(network: Network, sender: Device, stanza: Node): string | undefined {
  const { to = '' } = stanza.attrs
  const participants = child(stanza, 'participants')
  const recipient = to.includes('@g.us') || to.includes('broadcast') ? undefined : network.find(to)
  if (participants === undefined || recipient === undefined) return undefined
  const form = formOf(to)
  const idsOf = (account: Account) => [0, ...[...account.devices.values()].filter(hasKeys).map(({ id }) => id)]
  const own = idsOf(sender.account).filter((id) => id !== sender.id)
  const there = own.map((id) => jidOf(sender.account, form, id))
  if (recipient !== sender.account) there.push(...idsOf(recipient).map((id) => jidOf(recipient, form, id)))
  const named = new Set(children(participants).map(({ attrs }) => attrs['jid'] ?? ''))
  return there.every((jid) => named.has(jid)) && named.size === there.length ? undefined : hashOf(there)
}

function hasKeys({ bundle }: Device): boolean {
  return bundle !== null
}

function hashOf(jids: readonly string[]): string {
  const digest = createHash('sha256')
    .update([...jids].sort().join(''))
    .digest('base64')
  return `2:${digest.slice(0, 6)}`
}
