import { createServer, type Socket } from 'node:net'

const HEAD_END = '\r\n\r\n'
const LENGTH = /\r\ncontent-length: *(\d+)/i
const ID = /"idMessage": ?"([^"]+)"/
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'

/** Takes webhooks on bare sockets, answers 200 at once and says which message each was about. Resolves with the port. */
export function listenForWebhooks(received: (messageId: string) => void): Promise<number> {
  const server = createServer((socket) => serve(socket, received))
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', 4096, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
}

function serve(socket: Socket, received: (messageId: string) => void): void {
  let text = ''
  socket.setNoDelay(true)
  socket.setEncoding('latin1')
  socket.on('error', () => undefined)
  socket.on('data', (chunk: string) => {
    text += chunk
    const head = text.indexOf(HEAD_END)
    if (head < 0) return
    const bodyStart = head + HEAD_END.length
    const wanted = bodyStart + Number(LENGTH.exec(text.slice(0, bodyStart))?.[1] ?? 0)
    if (text.length < wanted) return
    const id = ID.exec(text)?.[1]
    if (id === undefined) throw new Error(`a webhook without idMessage: ${text.slice(bodyStart, bodyStart + 300)}`)
    text = text.slice(wanted)
    socket.write(OK)
    received(id)
  })
}
