import { randomBytes } from 'node:crypto'

import type { SocketConnection } from './connection.ts'
import { jidOf, server } from './jid.ts'
import { seconds } from './stanza.ts'
import { LinkedDevice } from './linked-device.ts'
import type { WhatsAppNetwork } from './whatsapp-network.ts'

/** What a device wants to log in as. */
export interface LoginClaim {
  readonly phone: string
  readonly device: number
  readonly noiseKey: Buffer
}

/** Lets a device in, or says why not. One connection for each device: a second one closes the first. */
export function logIn(network: WhatsAppNetwork, connection: SocketConnection, claim: LoginClaim): void {
  const reason = network.takeFailure()
  if (reason !== null) return failLogin(connection, reason)
  const device = network.accounts.get(claim.phone)?.devices.get(claim.device)
  if (!(device instanceof LinkedDevice) || !claim.noiseKey.equals(device.noiseKey)) return failLogin(connection, '401')
  device.connection?.close({ child: { tag: 'conflict', attrs: { type: 'replaced' } } })
  connection.device = device
  device.connection = connection
  const lid = jidOf(device.account, 'lid', device.id)
  const t = seconds(network.now())
  connection.send({
    tag: 'success',
    attrs: { lid, t, location: 'fake', props: '27', abprops: '27', companion_enc_static: '' },
  })
  connection.send(edgeRouting())
  network.emit('login', device)
}

/** The device wants what waits for it; it is told when that was all. A new one is made known to the phone, which sends it the history. */
export function activate(network: WhatsAppNetwork, device: LinkedDevice): void {
  const { connection } = device
  if (connection === null || connection.isActive) return
  connection.isActive = true
  const waiting = String(device.mail.size)
  if (waiting !== '0') connection.send(ib('offline_preview', { count: waiting, message: waiting }))
  const count = String(network.bringWaiting(device))
  connection.send(ib('offline', { count }))
  welcome(network, device)
}

/** Once its keys are here, so that its phone can write to it. */
export function welcome(network: WhatsAppNetwork, device: LinkedDevice): void {
  if (device.isWelcomed || device.bundle === null || device.connection?.isActive !== true) return
  device.isWelcomed = true
  network.tellOfDevice(device, 'add')
  const { phoneDevice } = device.account
  queueMicrotask(() => phoneDevice.deviceLinked(device))
}

/** Refuses a login, with the code of its reason. */
export function failLogin(connection: SocketConnection, reason: string): void {
  connection.send({ tag: 'failure', attrs: { reason, location: 'fake' } })
  connection.close()
}

function ib(tag: string, attrs: Record<string, string>) {
  return { tag: 'ib', attrs: { from: server }, content: [{ tag, attrs }] }
}

/** Where the client shall say at its next start that it was; it hands it back in front of the handshake. */
function edgeRouting() {
  const info = { tag: 'routing_info', attrs: {}, content: routingInfo }
  return { tag: 'ib', attrs: { from: server }, content: [{ tag: 'edge_routing', attrs: {}, content: [info] }] }
}

const routingInfo = randomBytes(8)
