import { createHash } from 'node:crypto'

import { jidOf, parseJid, server } from '../jid.ts'
import { welcome } from '../login.ts'
import { bytesOf, child, children } from '../nodes.ts'
import type { Answer, Device, KeyBundle, Node, QueryHandler } from '../network.ts'
import { bigEndian, numberOf, seconds, stanzaId } from '../stanza.ts'
import { LinkedDevice } from '../linked-device.ts'
import type { WhatsAppNetwork } from '../whatsapp-network.ts'

/** Below so many one-time keys a device is told to bring more. */
const fewKeys = 5
const curve25519 = Buffer.from([5])
const badRequest: Answer = { error: { code: 400, text: 'bad-request' } }

/** The key server: counts, takes, hands out and digests. */
export function keyQueries(network: WhatsAppNetwork): QueryHandler {
  return {
    xmlns: 'encrypt',
    handle: (query, device) => {
      if (!(device instanceof LinkedDevice)) return badRequest
      if (child(query, 'count') !== undefined) return [countNode(device)]
      if (child(query, 'digest') !== undefined) return digest(device)
      const asked = child(query, 'key')
      if (asked !== undefined && query.attrs['type'] === 'get') return handOut(network, asked)
      const rotated = child(child(query, 'rotate'), 'skey')
      if (rotated !== undefined) return rotate(device, rotated)
      return upload(network, device, query)
    },
  }
}

function countNode(device: Device): Node {
  return { tag: 'count', attrs: { value: String(device.bundle?.oneTime.size ?? 0) } }
}

function upload(network: WhatsAppNetwork, device: LinkedDevice, query: Node): Answer {
  const skey = child(query, 'skey')
  if (skey === undefined) return badRequest
  const identity = bytesOf(child(query, 'identity'))
  const oneTime = device.bundle?.oneTime ?? new Map<number, Uint8Array>()
  for (const key of children(child(query, 'list'), 'key')) {
    oneTime.set(numberOf(child(key, 'id')), bytesOf(child(key, 'value')))
  }
  const registrationId = numberOf(child(query, 'registration'))
  device.bundle = { registrationId, identity, signed: signedOf(skey), oneTime }
  device.isShortOfKeys = false
  welcome(network, device)
  return []
}

function rotate(device: LinkedDevice, skey: Node): Answer {
  if (device.bundle === null) return badRequest
  device.bundle = { ...device.bundle, signed: signedOf(skey) }
  return []
}

function signedOf(skey: Node): KeyBundle['signed'] {
  return {
    id: numberOf(child(skey, 'id')),
    key: bytesOf(child(skey, 'value')),
    signature: bytesOf(child(skey, 'signature')),
  }
}

function digest(device: Device): Answer {
  const { bundle } = device
  if (bundle === null) return { error: { code: 404, text: 'item-not-found' } }
  const ids = [...bundle.oneTime.keys()].map((id) => ({ tag: 'id', attrs: {}, content: bigEndian(id, 3) }))
  const { key, signature } = bundle.signed
  const hash = createHash('sha1').update(bundle.identity).update(key).update(signature)
  for (const one of bundle.oneTime.values()) hash.update(one)
  const content = [
    ...fixedNodes(bundle),
    { tag: 'list', attrs: {}, content: ids },
    { tag: 'hash', attrs: {}, content: hash.digest() },
  ]
  return [{ tag: 'digest', attrs: {}, content }]
}

/** One bundle for each device that is asked for, with one one-time key that nobody else gets. */
function handOut(network: WhatsAppNetwork, asked: Node): Answer {
  const users = children(asked, 'user').map(({ attrs }) => userNode(network, attrs['jid'] ?? ''))
  return [{ tag: 'list', attrs: {}, content: users }]
}

function userNode(network: WhatsAppNetwork, jid: string): Node {
  const account = network.find(jid)
  const id = parseJid(jid)?.device ?? 0
  const device = account?.devices.get(id)
  const bundle = id === 0 ? account?.phoneDevice.bundle() : device?.bundle
  if (bundle === undefined || bundle === null) {
    const error = { tag: 'error', attrs: { code: '404', text: 'item-not-found' } }
    return { tag: 'user', attrs: { jid }, content: [error] }
  }
  const content = fixedNodes(bundle)
  const [oneTime] = bundle.oneTime
  if (oneTime !== undefined) {
    bundle.oneTime.delete(oneTime[0])
    content.push({ tag: 'key', attrs: {}, content: keyNodes(oneTime[0], oneTime[1]) })
  }
  if (device instanceof LinkedDevice) remind(network, device)
  return { tag: 'user', attrs: { jid, t: seconds(network.now()) }, content }
}

/** A device whose one-time keys run out is told once. */
function remind(network: WhatsAppNetwork, device: LinkedDevice): void {
  const left = device.bundle?.oneTime.size ?? 0
  if (left >= fewKeys || device.isShortOfKeys) return
  device.isShortOfKeys = true
  network.deliver(device, {
    tag: 'notification',
    attrs: {
      from: server,
      type: 'encrypt',
      id: stanzaId(),
      t: seconds(network.now()),
      to: jidOf(device.account, 'pn'),
    },
    content: [countNode(device)],
  })
}

function fixedNodes({ registrationId, identity, signed }: KeyBundle): Node[] {
  const signature = { tag: 'signature', attrs: {}, content: signed.signature }
  return [
    { tag: 'registration', attrs: {}, content: bigEndian(registrationId, 4) },
    { tag: 'type', attrs: {}, content: curve25519 },
    { tag: 'identity', attrs: {}, content: identity },
    { tag: 'skey', attrs: {}, content: [...keyNodes(signed.id, signed.key), signature] },
  ]
}

function keyNodes(id: number, key: Uint8Array): Node[] {
  return [
    { tag: 'id', attrs: {}, content: bigEndian(id, 3) },
    { tag: 'value', attrs: {}, content: key },
  ]
}
