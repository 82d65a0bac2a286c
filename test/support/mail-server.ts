import { createServer, type Socket } from 'node:net'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'

export interface MailServer {
  readonly url: string
  /** Each as it came, decoded so far that links stand in one piece. */
  readonly letters: string[]
  close(): void
}

/** Takes every letter, as little of SMTP as a client needs. */
export async function startMailServer(): Promise<MailServer> {
  const letters: string[] = []
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    open.add(socket)
    socket.on('close', () => open.delete(socket))
    serve(socket, letters)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const close = (): void => {
    server.close()
    for (const socket of open) socket.destroy()
  }
  return { url: `smtp://127.0.0.1:${String(port)}`, letters, close }
}

function serve(socket: Socket, letters: string[]): void {
  let letter: string[] | undefined
  let rest = ''
  socket.on('error', () => undefined)
  socket.write('220 ready\r\n')
  socket.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\r\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (letter === undefined) {
        if (line === 'DATA') letter = []
        socket.write(line === 'DATA' ? '354 go on\r\n' : '250 ok\r\n')
      } else if (line === '.') {
        letters.push(plain(letter.join('\r\n')))
        letter = undefined
        socket.write('250 taken\r\n')
      } else letter.push(line)
    }
  })
}

/** Without what quoted-printable adds. */
function plain(letter: string): string {
  return letter.replaceAll('=\r\n', '').replaceAll('=3D', '=')
}
