import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { bearerToken } from '../lib/bearer.ts'
import { isLocalRequest } from '../lib/local-request.ts'
import { isSameSecret } from '../lib/same-secret.ts'
import { blockRoutes } from './block-routes.ts'
import { callRoutes } from './call-routes.ts'
import { chatRoutes } from './chat-routes.ts'
import { contactRoutes } from './contact-routes.ts'
import { streamEvents } from './event-stream.ts'
import { exchangeFile, isFilePath } from './file-exchange.ts'
import { faultRoutes } from './fault-routes.ts'
import { groupRoutes } from './group-routes.ts'
import { linkingRoutes } from './linking-routes.ts'
import type { NetworkParts } from './network-parts.ts'
import { assetFor } from './page-assets.ts'
import { phoneRoutes } from './phone-routes.ts'
import { pictureRoutes } from './picture-routes.ts'
import { Refusal, type Route } from './route.ts'
import { statusRoutes } from './status-routes.ts'

const ROUTES: readonly Route[] = [
  ...linkingRoutes,
  ...chatRoutes,
  ...statusRoutes,
  ...callRoutes,
  ...blockRoutes,
  ...phoneRoutes,
  ...contactRoutes,
  ...groupRoutes,
  ...pictureRoutes,
  ...faultRoutes,
]
const BODY_LIMIT_BYTES = 2 * 1024 * 1024

/** Whether the network answers at all: direct requests of this machine, or whoever holds the token. */
export function isAllowed(request: IncomingMessage, token: string | undefined): boolean {
  const given = bearerToken(request.headers)
  if (given !== undefined && token !== undefined) return isSameSecret(given, token)
  return isLocalRequest({ remoteAddress: request.socket.remoteAddress, headers: request.headers })
}

export function createHttpServer(parts: NetworkParts, token: string | undefined): Server {
  return createServer((request, response) => {
    response.on('error', () => undefined)
    answer(request, response, parts, token).catch((error: unknown) => {
      parts.log.error({ error: String(error), path: request.url?.split('?')[0] }, 'a request could not be answered')
      if (response.headersSent) response.destroy()
      else sendJson(response, 500, { error: 'the network could not do this; its log says why' })
    })
  })
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  parts: NetworkParts,
  token: string | undefined,
): Promise<void> {
  const url = URL.parse(request.url ?? '', 'http://network')
  const asset = request.method === 'GET' && url !== null ? assetFor(url.pathname) : null
  if (!isAllowed(request, token)) {
    sendJson(response, 403, { error: 'only direct requests of this machine, or with the operator token' })
  } else if (url === null) {
    sendJson(response, 400, { error: 'the path is malformed' })
  } else if (asset !== null) {
    response.writeHead(200, asset.headers).end(asset.content)
  } else if (request.method === 'GET' && url.pathname === '/simulator/events') {
    const refusal = streamEvents(Object.fromEntries(url.searchParams), request, response, parts)
    if (refusal !== undefined) await finish(response, parts, refusal)
  } else if (isFilePath(url.pathname)) {
    const result = await exchangeFile(request, response, url.pathname, parts)
    if (result !== undefined) await finish(response, parts, result)
  } else {
    await finish(response, parts, await callRoute(request, url, parts))
  }
}

async function callRoute(request: IncomingMessage, url: URL, parts: NetworkParts): Promise<unknown> {
  const found = ROUTES.filter((one) => one.path === url.pathname)
  if (found.length === 0) return new Refusal(404, 'no such path')
  const row = found.find((one) => one.verb === request.method)
  if (row === undefined) return new Refusal(405, `the verb is ${found.map((one) => one.verb).join(', ')}`)
  const input = row.verb === 'POST' ? await readBody(request) : Object.fromEntries(url.searchParams)
  return input instanceof Refusal ? input : row.run(input, parts)
}

/** Nothing is answered before what it rests on is stored. */
async function finish(response: ServerResponse, parts: NetworkParts, result: unknown): Promise<void> {
  await parts.file.settled()
  if (result instanceof Refusal) sendJson(response, result.status, { error: result.error })
  else sendJson(response, 200, result)
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const headers = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' }
  response.writeHead(status, headers).end(JSON.stringify(body))
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.length
      // What is too much is read to its end and dropped, so that the answer still arrives.
      if (length <= BODY_LIMIT_BYTES) chunks.push(chunk)
    }
  } catch {
    return new Refusal(400, 'the body broke off')
  }
  if (length > BODY_LIMIT_BYTES) return new Refusal(413, 'the body is too large')
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    return new Refusal(400, 'the body is not JSON')
  }
}
