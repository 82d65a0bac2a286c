import type { IncomingMessage } from 'node:http'
import { connect as connectTcp } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import { refuseUpgrade } from '../refuse-upgrade.ts'

/** As in other calls to nodes. */
const CONNECT_MS = 1000

/** Joins a connection that wants to become a web socket with another node, which answers it; this node only passes bytes on. */
export function tunnel(
  url: string,
  request: IncomingMessage,
  headers: readonly string[],
  socket: Duplex,
  head: Buffer,
): void {
  const { hostname, port, protocol } = new URL(url)
  const isSecure = protocol === 'https:'
  const host = hostname.replace(/^\[|\]$/g, '')
  const address = { host, port: Number(port === '' ? (isSecure ? 443 : 80) : port) }
  const far = isSecure ? connectTls({ ...address, servername: host }) : connectTcp(address)
  const refuse = (): void => {
    far.destroy()
    refuseUpgrade(socket, 503, 'Service Unavailable')
  }
  const leave = (): void => void far.destroy()
  socket.once('close', leave)
  far.setTimeout(CONNECT_MS, refuse)
  far.once('error', refuse)
  far.once(isSecure ? 'secureConnect' : 'connect', () => {
    far.setTimeout(0)
    far.off('error', refuse)
    socket.off('close', leave)
    const end = (): void => {
      far.destroy()
      socket.destroy()
    }
    far.on('error', end).on('close', end)
    socket.on('error', end).on('close', end)
    far.write(headOf(request, headers))
    if (head.length > 0) far.write(head)
    far.pipe(socket).pipe(far)
  })
}

/** `headers` without those of the hop: an upgrade is one, and is asked for anew. */
function headOf(request: IncomingMessage, headers: readonly string[]): string {
  const lines = [`${request.method ?? 'GET'} ${request.url ?? '/'} HTTP/1.1`]
  for (let at = 0; at + 1 < headers.length; at += 2) lines.push(`${headers[at] ?? ''}: ${headers[at + 1] ?? ''}`)
  lines.push('Connection: Upgrade', `Upgrade: ${request.headers.upgrade ?? 'websocket'}`)
  return `${lines.join('\r\n')}\r\n\r\n`
}
