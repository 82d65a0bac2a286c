import type { Duplex } from 'node:stream'

/** Ends a connection before it has become a web socket. */
export function refuseUpgrade(socket: Duplex, status: number, text: string): void {
  socket.on('error', () => undefined)
  // Node watches over it no more, so a peer that never closes its side would keep it for ever.
  socket.end(`HTTP/1.1 ${String(status)} ${text}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`, () =>
    socket.destroy(),
  )
}
