import { open } from 'node:fs/promises'
import { createReadStream, createWriteStream, statSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'

/** A POST streams into a file and is answered when that is flushed; a GET streams the file back. No checks, no hash. */
const [folder = '.'] = process.argv.slice(2)
const file = `${folder}.bare`

const server = createServer((request, response) => {
  const work = request.method === 'POST' ? take(request, response) : pipeline(give(response), response)
  work.catch(() => response.destroy())
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.({ port: typeof address === 'object' && address !== null ? address.port : 0 })
})
process.on('disconnect', () => process.exit())

async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
  await pipeline(request, createWriteStream(file))
  const written = await open(file, 'r+')
  try {
    await written.sync()
  } finally {
    await written.close()
  }
  response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}')
}

function give(response: ServerResponse): NodeJS.ReadableStream {
  response.writeHead(200, { 'Content-Length': statSync(file).size })
  return createReadStream(file)
}
