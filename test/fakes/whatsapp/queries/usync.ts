import { formOf, jidOf } from '../jid.ts'
import { child, children, textOf } from '../nodes.ts'
import type { Account, Device, Node, QueryHandler } from '../network.ts'
import { seconds } from '../stanza.ts'
import { LinkedDevice } from '../linked-device.ts'
import type { WhatsAppNetwork } from '../whatsapp-network.ts'

/** Looks people up: whether a number is on WhatsApp, its devices, its lid, its `about`, its default timer. */
export function usyncQueries(network: WhatsAppNetwork): QueryHandler {
  return {
    xmlns: 'usync',
    handle: (query, device) => {
      const usync = child(query, 'usync')
      const asked = children(child(usync, 'query')).map(({ tag }) => tag)
      const users = children(child(usync, 'list'), 'user').map((user) => userNode(network, device, asked, user))
      const attrs = { sid: usync?.attrs['sid'] ?? '', index: '0', last: 'true', context: usync?.attrs['context'] ?? '' }
      const content = [
        { tag: 'result', attrs: {}, content: asked.map((tag) => ({ tag, attrs: {} })) },
        { tag: 'list', attrs: {}, content: users },
      ]
      return [{ tag: 'usync', attrs, content }]
    },
  }
}

function userNode(network: WhatsAppNetwork, device: Device, asked: readonly string[], user: Node): Node {
  const number = textOf(child(user, 'contact'))
  const jid = user.attrs['jid'] ?? `${digitsOf(number)}@s.whatsapp.net`
  const account = network.find(user.attrs['jid'] ?? digitsOf(number))
  const content: Node[] = []
  for (const protocol of asked) {
    const node = protocolNode(network, device, { protocol, jid, number }, account)
    if (node !== null) content.push(node)
  }
  return { tag: 'user', attrs: { jid }, content }
}

interface Question {
  readonly protocol: string
  readonly jid: string
  readonly number: string
}

function protocolNode(
  network: WhatsAppNetwork,
  device: Device,
  { protocol, jid, number }: Question,
  account: Account | undefined,
): Node | null {
  const isKnown = account !== undefined
  if (protocol === 'contact') return { tag: protocol, attrs: { type: isKnown ? 'in' : 'out' }, content: number }
  if (!isKnown) return protocol === 'devices' ? devicesNode([], network.now()) : null
  switch (protocol) {
    case 'devices': {
      if (device instanceof LinkedDevice) network.learnt(device, account)
      const linked = [...account.devices.values()].filter(({ bundle }) => bundle !== null)
      return devicesNode([0, ...linked.map(({ id }) => id)], network.now())
    }
    case 'lid':
      // Whoever asks by lid knows it.
      return formOf(jid) === 'lid' ? null : { tag: 'lid', attrs: { val: jidOf(account, 'lid') } }
    case 'status':
      return { tag: 'status', attrs: { t: String(account.aboutAt) }, content: Buffer.from(account.about) }
    case 'disappearing_mode':
      return { tag: protocol, attrs: { duration: String(account.disappearingS), t: seconds(network.now()) } }
    default:
      return null
  }
}

function devicesNode(ids: readonly number[], nowMs: number): Node {
  const list = ids.map((id) => {
    const attrs: Record<string, string> = id === 0 ? { id: '0' } : { id: String(id), 'key-index': String(id) }
    return { tag: 'device', attrs }
  })
  return {
    tag: 'devices',
    attrs: {},
    content: [
      { tag: 'device-list', attrs: {}, content: list },
      { tag: 'key-index-list', attrs: { ts: seconds(nowMs) } },
    ],
  }
}

function digitsOf(text: string): string {
  return text.replaceAll(/\D/g, '')
}
