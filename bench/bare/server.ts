import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

/** Answers with a body that is sent as JSON; a Buffer is sent as it is. */
export type Handler = (request: IncomingMessage, body: string) => string | Buffer | Promise<string | Buffer>

/** Bare node:http: no routes, no checks. Tells its port to the process that forked it. */
export function serveBare(handle: Handler): void {
  const server = createServer((request, response) => {
    if (request.method !== 'POST') return answer(response, handle(request, ''))
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => (body += chunk))
    request.on('end', () => answer(response, handle(request, body)))
  })
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    process.send?.({ port: typeof address === 'object' && address !== null ? address.port : 0 })
  })
  process.on('disconnect', () => process.exit())
}

function answer(response: ServerResponse, body: string | Buffer | Promise<string | Buffer>): void {
  if (body instanceof Promise) void body.then((ready) => write(response, ready))
  else write(response, body)
}

function write(response: ServerResponse, body: string | Buffer): void {
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) })
  response.end(body)
}
