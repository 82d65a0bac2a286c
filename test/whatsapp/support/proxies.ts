import { once } from 'node:events'
import { createServer, connect, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { isWhatsAppHost } from '../../fakes/whatsapp/certificate.ts'

/** A proxy on loopback. It knows the way to the fake WhatsApp by the names of the real one, and to nothing else. */
export interface TestProxy {
  readonly url: string
  readonly port: number
  /** `host:port` of everything that was asked for, in its order. */
  readonly asked: readonly string[]
  close(): Promise<void>
}

interface Request {
  readonly host: string
  readonly port: number
}

const USER = 'shop'
const PASSWORD = 'p4ss'

/** HTTP CONNECT, for whoever shows the credentials. */
export function startHttpProxy(fakeTls: number, byProxy: ByProxy): Promise<TestProxy> {
  const expected = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`
  return startProxy('http', fakeTls, byProxy, async (socket) => {
    let head = ''
    while (!head.includes('\r\n\r\n')) head += (await bytesOf(socket)).toString('latin1')
    const [, host = '', port = ''] = /^CONNECT ([^:\s]+):(\d+) /.exec(head) ?? []
    const shown = /^proxy-authorization: (.+)\r$/im.exec(head)?.[1]
    if (shown !== expected) return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
    return {
      host,
      port: Number(port),
      answer: (isFound) => (isFound ? 'HTTP/1.1 200 OK\r\n\r\n' : 'HTTP/1.1 502 No\r\n\r\n'),
    }
  })
}

/** SOCKS5, for whoever shows the credentials. */
export function startSocksProxy(fakeTls: number, byProxy: ByProxy): Promise<TestProxy> {
  return startProxy('socks5', fakeTls, byProxy, async (socket) => {
    const offer = await bytesOf(socket)
    if (offer[0] !== 5 || !offer.subarray(2).includes(2)) return void socket.end(Buffer.of(5, 0xff))
    socket.write(Buffer.of(5, 2))
    const credentials = await bytesOf(socket)
    const userEnd = 2 + (credentials[1] ?? 0)
    const shown = [credentials.toString('latin1', 2, userEnd), credentials.toString('latin1', userEnd + 1)]
    if (shown.join() !== [USER, PASSWORD].join()) return void socket.end(Buffer.of(1, 1))
    socket.write(Buffer.of(1, 0))
    const request = await bytesOf(socket)
    const isName = request[3] === 3
    const end = isName ? 5 + (request[4] ?? 0) : 8
    const host = isName ? request.toString('latin1', 5, end) : request.subarray(4, 8).join('.')
    const answer = (isFound: boolean) => Buffer.of(5, isFound ? 0 : 4, 0, 1, 0, 0, 0, 0, 0, 0)
    return { host, port: request.readUInt16BE(end), answer }
  })
}

/** Runs what a proxy itself does, so that a test can tell it from what is done past it. */
export type ByProxy = <T>(work: () => T) => T

type Greet = (
  socket: Socket,
) => Promise<(Request & { readonly answer: (isFound: boolean) => string | Uint8Array }) | undefined>

async function startProxy(scheme: string, fakeTls: number, byProxy: ByProxy, greet: Greet): Promise<TestProxy> {
  const asked: string[] = []
  const open = new Set<Socket>()
  const keep = (socket: Socket) => {
    open.add(socket)
    socket.on('close', () => open.delete(socket)).on('error', () => socket.destroy())
  }
  const serve = async (socket: Socket) => {
    const request = await greet(socket)
    if (request === undefined) return
    asked.push(`${request.host}:${String(request.port)}`)
    const isFound = isWhatsAppHost(request.host) && request.port === 443
    socket.write(request.answer(isFound))
    if (!isFound) return void socket.end()
    const far = byProxy(() => connect(fakeTls, '127.0.0.1'))
    keep(far)
    far.pipe(socket).pipe(far)
  }
  const server = createServer((socket) => {
    keep(socket)
    serve(socket).catch(() => socket.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const url = `${scheme}://${USER}:${PASSWORD}@127.0.0.1:${String(port)}`
  return { url, port, asked, close: () => closeAll(server, open) }
}

async function closeAll(server: Server, open: ReadonlySet<Socket>): Promise<void> {
  server.close()
  for (const socket of open) socket.destroy()
  await once(server, 'close')
}

async function bytesOf(socket: Socket): Promise<Buffer> {
  const [bytes] = (await once(socket, 'data')) as [Buffer]
  return bytes
}
