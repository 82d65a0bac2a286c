import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Passage } from './cluster/passage.ts'
import type { ScanSockets } from './qr/scan-socket.ts'
import { refuseUpgrade } from './refuse-upgrade.ts'
import { parseTarget } from './target.ts'

/**
 * A request with an `Upgrade` header. Node takes it out of its HTTP parser before anybody can say no; but clients also offer
 * upgrades that nobody has to take (Java's sends `h2c` with every request), and those are requests like any other.
 */
export function serveUpgrade(
  server: Server,
  sockets: ScanSockets,
  passage: Passage,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  const target = parseTarget(request.url ?? '')
  const isSocket = request.headers.upgrade?.toLowerCase() === 'websocket'
  if (!isSocket) serveWithoutUpgrade(server, request, socket, head)
  else if (target?.family === 'instance' && target.method.toLowerCase() === 'scanqrcode') {
    passage.takeSocket(request, socket, head, () => sockets.accept(target, request, socket, head))
  } else refuseUpgrade(socket, 404, 'Not Found')
}

/** Hands the connection back to the server with the same request, but for the offer to upgrade. */
function serveWithoutUpgrade(server: Server, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const lines = [`${request.method ?? 'GET'} ${request.url ?? '/'} HTTP/1.1`]
  for (let at = 0; at + 1 < request.rawHeaders.length; at += 2) {
    const name = request.rawHeaders[at] ?? ''
    if (!OFFER.has(name.toLowerCase())) lines.push(`${name}: ${request.rawHeaders[at + 1] ?? ''}`)
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]))
  server.emit('connection', socket)
}

const OFFER: ReadonlySet<string> = new Set(['upgrade', 'connection', 'http2-settings'])
