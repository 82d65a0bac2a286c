import { createHash } from 'node:crypto'

import { parseJid } from '../jid.ts'
import { activate } from '../login.ts'
import type { MediaStore } from '../media.ts'
import { child } from '../nodes.ts'
import type { Answer, Device, Network, Node, QueryHandler } from '../network.ts'
import { seconds } from '../stanza.ts'
import { LinkedDevice } from '../linked-device.ts'
import type { WhatsAppNetwork } from '../whatsapp-network.ts'

/** What is asked around a login, and to keep it alive. */
export function sessionQueries(network: WhatsAppNetwork, media: MediaStore): readonly QueryHandler[] {
  return [
    { xmlns: 'passive', handle: (query, device) => becomeActive(network, query, device) },
    { xmlns: 'w:p', handle: () => [] },
    { xmlns: 'abt', handle: (query) => props(query) },
    { xmlns: 'w:m', handle: () => [media.mediaConn()] },
    { xmlns: 'w:stats', handle: () => [] },
    { xmlns: 'urn:xmpp:whatsapp:dirty', handle: () => [] },
    { xmlns: 'md', handle: (query, device) => removeDevice(network, query, device) },
  ]
}

function becomeActive(network: WhatsAppNetwork, query: Node, device: Device): Answer {
  // After the answer, as what waited would otherwise overtake it.
  if (child(query, 'active') !== undefined && device instanceof LinkedDevice) {
    queueMicrotask(() => activate(network, device))
  }
  return [{ tag: 'active', attrs: { t: seconds(network.now()) } }]
}

/** The engine looks at these three: tokens with messages and with avatars, and to which name of a contact they are given. */
const switches = [
  ['10518', '1'],
  ['9666', '1'],
  ['14303', '0'],
] as const
const propsHash = createHash('sha1').update(JSON.stringify(switches)).digest('base64url').slice(0, 8)

function props(query: Node): Answer {
  const isCurrent = child(query, 'props')?.attrs['hash'] === propsHash
  const content = switches.map(([name, value]) => ({
    tag: 'prop',
    attrs: { name, config_code: name, value, config_value: value },
  }))
  const attrs = { protocol: '1', ab_key: 'fake', hash: propsHash, refresh: '86400' }
  return [isCurrent ? { tag: 'props', attrs } : { tag: 'props', attrs, content }]
}

/** A device takes itself (or another of its account) off. */
function removeDevice(network: Network, query: Node, { account }: Device): Answer {
  const asked = child(query, 'remove-companion-device')
  if (asked === undefined) return { error: { code: 400, text: 'bad-request' } }
  const jid = asked.attrs['jid'] ?? ''
  const device = network.find(jid) === account ? account.devices.get(parseJid(jid)?.device ?? 0) : undefined
  if (device === undefined) return { error: { code: 404, text: 'item-not-found' } }
  queueMicrotask(() => network.unlink(device))
  return []
}
