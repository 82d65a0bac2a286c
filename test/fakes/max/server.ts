import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { WebSocketServer } from 'ws'
import { systemClock, type Clock } from '../../../src/lib/clock.ts'
import { Attachments } from './attachments.ts'
import { Connection } from './connection.ts'
import { Groups } from './groups.ts'
import { chatHandlers } from './handlers/chats.ts'
import { doorHandlers } from './handlers/door.ts'
import { fileHandlers } from './handlers/files.ts'
import { messageHandlers } from './handlers/messages.ts'
import { peopleHandlers } from './handlers/people.ts'
import { Linking, type ScanEnd } from './linking.ts'
import { Messages } from './messages.ts'
import { MaxNetwork } from './network.ts'
import type { Recording } from './record.ts'
import type { Service } from './service.ts'
import type { Faults, Settings } from './settings.ts'
import { Uploads } from './uploads.ts'
import { VirtualPerson } from './virtual-person.ts'

export interface FakeMaxOptions {
  /** 0, the default: any free one. */
  readonly port?: number
  /** Of QRs, logins, messages and uploads; pings and idle sockets go by the machine's. A driver under test and its fake share one. */
  readonly clock?: Clock
  readonly settings?: Partial<Settings>
  /** Everything seen is written there as well, a line of JSON each, before anything follows from it. */
  readonly recordPath?: string
}

/** A MAX server of our own: the web socket, and the servers for files. */
export interface FakeMax {
  /** `ws://127.0.0.1:<port>/websocket` */
  readonly url: string
  readonly port: number
  readonly network: MaxNetwork
  readonly settings: Settings
  readonly faults: Faults
  readonly recording: Recording
  readonly service: Service
  /** A person with a phone; the account is made if there is none. */
  person(phone: string): VirtualPerson
  /** The person's phone scans a QR; resolves when the device logged in or is asked for the password, rejects when neither will be. */
  scan(phone: string, qrLink: string): Promise<ScanEnd>
  /** A token without a QR, as an operator would import it. */
  issueToken(phone: string): string
  /** Takes all devices off an account. silently: they learn it at their next login alone. */
  revoke(phone: string, how?: 'told' | 'silently'): void
  /** Every QR that is shown has run out. */
  expireTracks(): void
  /** Breaks off the sockets of an account, or all. */
  drop(phone?: string): void
  /** How many sockets are open. */
  readonly connections: number
  close(): Promise<void>
}

const PATH = '/websocket'
const ORIGIN = 'https://web.max.ru'
const LARGEST_FRAME = 32 * 1024 * 1024

export async function startFakeMax(options: FakeMaxOptions = {}): Promise<FakeMax> {
  const network = new MaxNetwork(options.clock ?? systemClock, options.settings ?? {}, options.recordPath)
  const service = serviceOf(network)
  const open = new Set<Connection>()
  const server = createServer((request, response) => {
    service.uploads.handle(request, response).catch(() => response.destroy())
  })
  const sockets = welcomeSockets(server, service, open)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  service.uploads.base = `http://127.0.0.1:${String(port)}`
  const person = (phone: string) => new VirtualPerson(service, network.person(phone))
  return {
    ...{ url: `ws://127.0.0.1:${String(port)}${PATH}`, port, network, service, person },
    ...{ settings: network.settings, faults: network.faults, recording: network.recording },
    scan: (phone, qrLink) => service.linking.scan(network.person(phone), qrLink),
    issueToken: (phone) => service.linking.issue(network.person(phone)).token,
    revoke: (phone, how) => {
      for (const device of new Set(network.person(phone).devices.values())) network.unlink(device, how)
    },
    expireTracks: () => service.linking.expireAll(),
    drop: (phone) => {
      for (const one of [...open]) if (phone === undefined || one.device?.person.phone === phone) one.break()
    },
    get connections() {
      return open.size
    },
    close: async () => {
      await sockets.close()
      network.recording.close()
    },
  }
}

function serviceOf(network: MaxNetwork): Service {
  const uploads = new Uploads(network)
  const messages = new Messages(network)
  return {
    ...{ network, uploads, messages },
    attachments: new Attachments(network, uploads),
    groups: new Groups(network, messages),
    linking: new Linking(network),
  }
}

function welcomeSockets(server: Server, service: Service, open: Set<Connection>) {
  const webSockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: LARGEST_FRAME })
  const raw = new Set<Socket>()
  const handlers = {
    door: doorHandlers(service),
    inside: new Map([
      ...messageHandlers(service),
      ...peopleHandlers(service),
      ...chatHandlers(service),
      ...fileHandlers(service),
    ]),
  }
  let last = 0
  server.on('connection', (socket: Socket) => {
    raw.add(socket)
    socket.on('close', () => raw.delete(socket))
    socket.on('error', () => undefined)
  })
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    if (request.url !== PATH || request.headers.origin !== ORIGIN) {
      service.network.recording.complain(`a socket to ${request.url ?? ''} from ${request.headers.origin ?? 'nowhere'}`)
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n')
      return
    }
    webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      last += 1
      const connection = new Connection(service, handlers, webSocket, last)
      open.add(connection)
      webSocket.on('close', () => open.delete(connection))
    })
  })
  return {
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        for (const socket of raw) socket.destroy()
      }),
  }
}
