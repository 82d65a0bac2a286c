import type { IncomingMessage } from 'node:http'
import { connect as connectTcp, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import { CONNECT_MS, MISDIRECTED, type Passed } from './passed.ts'

/** A node that takes a web socket looks where its instance is, and says so. */
const ANSWER_MS = 15_000
/** So long after the last byte the other end is asked whether it is there; a machine without power says no by saying nothing. */
const SILENCE_MS = 15_000

/**
 * Joins a connection that wants to become a web socket with another node, which answers it; this node only passes bytes on. Resolves when that
 * node has begun to answer; the signal ends it at any time.
 */
export function tunnel(
  url: string,
  request: IncomingMessage,
  headers: readonly string[],
  socket: Duplex,
  head: Buffer,
  signal: AbortSignal,
): Promise<Passed> {
  const { far, connected } = connectionTo(url)
  return new Promise((resolve) => {
    let failed: Passed = 'unreached'
    const leave = (): void => {
      far.destroy()
      resolve(failed)
    }
    socket.once('close', leave)
    signal.addEventListener('abort', leave)
    far.setKeepAlive(true, SILENCE_MS)
    far.setTimeout(CONNECT_MS, leave)
    far.on('error', leave).on('close', leave)
    far.once('close', () => signal.removeEventListener('abort', leave))
    far.once(connected, () => {
      failed = 'lost'
      far.setTimeout(ANSWER_MS)
      far.write(headOf(request, headers))
      if (head.length > 0) far.write(head)
    })
    far.once('data', (first: Buffer) => {
      far.setTimeout(0)
      socket.off('close', leave)
      if (first.toString('latin1', 0, REFUSAL.length) === REFUSAL) failed = 'misdirected'
      else if (!socket.destroyed) {
        resolve('answered')
        join(far, socket, first)
        return
      }
      leave()
    })
  })
}

const REFUSAL = `HTTP/1.1 ${String(MISDIRECTED)}`

function connectionTo(url: string): { readonly far: Socket; readonly connected: string } {
  const { hostname, port, protocol } = new URL(url)
  const isSecure = protocol === 'https:'
  const host = hostname.replace(/^\[|\]$/g, '')
  const address = { host, port: Number(port === '' ? (isSecure ? 443 : 80) : port) }
  return isSecure
    ? { far: connectTls({ ...address, servername: host }), connected: 'secureConnect' }
    : { far: connectTcp(address), connected: 'connect' }
}

/** Each ends with the other. */
function join(far: Socket, socket: Duplex, first: Buffer): void {
  far.once('close', () => socket.destroy())
  socket.once('close', () => far.destroy())
  if (socket instanceof Socket) socket.setKeepAlive(true, SILENCE_MS)
  socket.write(first)
  far.pipe(socket).pipe(far)
}

/** `headers` without those of the hop: an upgrade is one, and is asked for anew. */
function headOf(request: IncomingMessage, headers: readonly string[]): string {
  const lines = [`${request.method ?? 'GET'} ${request.url ?? '/'} HTTP/1.1`]
  for (let at = 0; at + 1 < headers.length; at += 2) lines.push(`${headers[at] ?? ''}: ${headers[at + 1] ?? ''}`)
  lines.push('Connection: Upgrade', `Upgrade: ${request.headers.upgrade ?? 'websocket'}`)
  return `${lines.join('\r\n')}\r\n\r\n`
}
