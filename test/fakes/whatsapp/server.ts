import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Server, Socket } from 'node:net'

import { WebSocketServer } from 'ws'

import { makeCertificate } from './certificate.ts'
import { loadCodec } from './codec.ts'
import { Desk } from './desk.ts'
import type { MediaStore } from './media.ts'
import type { Account, Faults, Network, Part, Phone } from './network.ts'
import { keyQueries } from './queries/keys.ts'
import { mexQueries } from './queries/mex.ts'
import { privacyQueries } from './queries/privacy.ts'
import { sessionQueries } from './queries/session.ts'
import { usyncQueries } from './queries/usync.ts'
import { Registration } from './registration.ts'
import type { RefPeriods } from './registration.ts'
import { plainPhone } from './plain-phone.ts'
import { WhatsAppNetwork } from './whatsapp-network.ts'

/** What a fake WhatsApp can be told at its start. */
export interface FakeOptions {
  /** Of the web socket; 0, the default: any free one. */
  readonly port?: number
  /** How long the first code for linking is good, and each after it. The real ones, the default: 60 s and 20 s. */
  readonly refPeriods?: RefPeriods
  /** The parts beside those of the server itself; each is made once, with the network. */
  readonly parts?: readonly ((network: Network) => Part)[]
  /** Without it phones have an identity and keys, and do nothing. */
  readonly makePhone?: (account: Account, network: Network) => Phone
  /** The revision that `web.whatsapp.com/sw.js` names. Clients of an older one are refused with 405 when `minimumRevision` says so. */
  readonly revision?: number
  readonly minimumRevision?: number
}

/** A WhatsApp Web server of our own, that an unmodified engine believes. */
export interface FakeWhatsApp {
  /** `ws://127.0.0.1:<port>/ws/chat` */
  readonly url: string
  readonly port: number
  /** The TLS port: web sockets, media, `sw.js`. Hosts of WhatsApp are redirected to it by `trust.ts`. */
  readonly tls: number
  /** PEM, of the TLS port. */
  readonly certificate: string
  readonly network: Network
  readonly media: MediaStore
  readonly faults: Faults
  /** The person's phone scans a QR text. */
  scan(phone: string, qr: string): Promise<'linked' | 'passkey'>
  /** The person types a code for linking into the phone. */
  enterCode(phone: string, code: string): Promise<'linked' | 'passkey'>
  /** The person shows the passkey that a linking waits for. */
  confirmPasskey(phone: string): Promise<void>
  /** The person takes a linked device off. */
  unlink(phone: string, device: number): void
  /** What a process needs in its environment for `preload.ts`. */
  environment(): Record<string, string>
  close(): Promise<void>
}

const path = '/ws/chat'
/** What the engine was published with. */
const ownRevision = 1_043_857_760
const realPeriods: RefPeriods = { firstMs: 60_000, nextMs: 20_000 }

/** Starts one. Rejects when the engine, whose codec it speaks with, is not installed. */
export async function startFakeWhatsApp(options: FakeOptions = {}): Promise<FakeWhatsApp> {
  const codec = await loadCodec()
  const network = new WhatsAppNetwork(options.makePhone ?? ((account) => plainPhone(codec, account)))
  const media = network.media
  const registration = new Registration(codec, network, options.refPeriods ?? realPeriods)
  const own: Part = {
    queries: [
      keyQueries(network),
      usyncQueries(network),
      mexQueries(network),
      ...sessionQueries(network, media),
      ...privacyQueries(network),
    ],
  }
  const parts = [own, ...(options.parts ?? []).map((make) => make(network))]
  const desk = new Desk(codec, network, registration, parts, options.minimumRevision ?? 0)
  const answer = answerer(parts, media, options.revision ?? ownRevision)
  const { key, cert } = await makeCertificate()
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: 64 * 1024 * 1024 })
  const plain = await listen(createServer(answer), sockets, desk, options.port ?? 0)
  const secure = await listen(createTlsServer({ key, cert }, answer), sockets, desk, 0)
  return {
    url: `ws://127.0.0.1:${String(plain.port)}${path}`,
    port: plain.port,
    tls: secure.port,
    certificate: cert,
    network,
    media,
    faults: network.faults,
    scan: (phone, qr) => registration.scan(network.account(phone), qr),
    enterCode: (phone, code) => registration.enterCode(network.account(phone), code),
    confirmPasskey: (phone) => registration.confirmPasskey(network.account(phone)),
    unlink: (phone, id) => {
      const device = network.accounts.get(phone)?.devices.get(id)
      if (device !== undefined) network.unlink(device)
    },
    environment: () => ({ FAKE_WHATSAPP_TLS: String(secure.port) }),
    close: async () => {
      desk.close()
      await Promise.all([plain.close(), secure.close()])
    },
  }
}

/** What is not a web socket: the parts, then the version, then media. */
function answerer(parts: readonly Part[], media: MediaStore, revision: number) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    if (parts.some((part) => part.answer?.(request, response) === true)) return
    if (request.url?.startsWith('/sw.js') !== true) return media.handle(request, response)
    response.setHeader('content-type', 'text/javascript')
    response.end(`self.__data = {"client_revision":${String(revision)}}`)
  }
}

interface Listening {
  readonly port: number
  close(): Promise<void>
}

async function listen(server: Server, sockets: WebSocketServer, desk: Desk, port: number): Promise<Listening> {
  const open = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    open.add(socket)
    socket.on('close', () => open.delete(socket))
    // Whoever hangs up in the middle of a handshake is no trouble of ours.
    socket.on('error', () => undefined)
  })
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    if (request.url?.startsWith(path) !== true) return void socket.destroy()
    sockets.handleUpgrade(request, socket, head, (webSocket) => desk.welcome(webSocket))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const { port: listening } = server.address() as AddressInfo
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      for (const socket of open) socket.destroy()
    })
  return { port: listening, close }
}
