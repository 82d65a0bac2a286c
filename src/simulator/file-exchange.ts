import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { NetworkParts } from './network-parts.ts'
import { FILE_LIMIT_BYTES } from './files.ts'
import { Refusal } from './route.ts'

/** Where files come in: server processes use the link's path, people the API's. */
const UPLOADS: Readonly<Record<string, string>> = { '/link/files': 'PUT', '/simulator/files': 'POST' }
const ONE = /^\/(?:link|simulator)\/files\/([^/]+)$/

/** Whatever a file holds, a browser must not take it for a page of this server. */
const HEADERS = {
  'content-type': 'application/octet-stream',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; sandbox",
  'x-content-type-options': 'nosniff',
}

export function isFilePath(path: string): boolean {
  return Object.hasOwn(UPLOADS, path) || ONE.test(path)
}

/** Takes a file in, or gives one out; undefined once it has answered itself. */
export function exchangeFile(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  parts: NetworkParts,
): Promise<unknown> {
  const name = ONE.exec(path)?.[1]
  return name === undefined ? takeIn(request, path, parts) : giveOut(name, request, response, parts)
}

async function takeIn(request: IncomingMessage, path: string, { files }: NetworkParts): Promise<unknown> {
  if (request.method !== UPLOADS[path]) return new Refusal(405, `the verb is ${String(UPLOADS[path])}`)
  try {
    const kept = await files.put(request)
    return kept === 'tooLarge' ? new Refusal(413, `a file has at most ${String(FILE_LIMIT_BYTES)} bytes`) : kept
  } catch (error) {
    if (request.socket.destroyed && request.errored === error) return new Refusal(400, 'the file broke off')
    throw error
  }
}

async function giveOut(
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
  { files }: NetworkParts,
): Promise<unknown> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return new Refusal(405, 'the verb is GET, HEAD')
  const size = await files.size(name)
  if (size === null) return new Refusal(404, 'no such file')
  response.writeHead(200, { ...HEADERS, 'content-length': size })
  if (request.method === 'HEAD') response.end()
  // Whoever asked may go away in the middle.
  else await pipeline(files.read(name), response).catch(() => response.destroy())
  return undefined
}
