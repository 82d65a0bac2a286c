import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Pool } from 'undici'
import { bearerToken } from '../../lib/bearer.ts'
import { isLocalRequest } from '../../lib/local-request.ts'
import type { Log } from '../../lib/log.ts'
import { isSameSecret } from '../../lib/same-secret.ts'

/** The simulated network's own server. */
export interface SimulatorTarget {
  readonly url: string
  /** What it wants to be shown. */
  readonly token?: string
}

interface ProxyDeps {
  readonly target: SimulatorTarget
  readonly operatorToken: string
  readonly log: Log
}

/** Hop-by-hop, or chosen anew for the second hop. */
const NOT_FORWARDED: ReadonlySet<string> = new Set([
  'authorization',
  'connection',
  'cookie',
  'expect',
  'host',
  'keep-alive',
  'origin',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])
const isForwardedName = (name: string): boolean => !NOT_FORWARDED.has(name) && !name.startsWith('sec-')

/** `/simulator/*`: the simulated network's API and its phone page, for this machine and the operator alone. */
export function simulatorProxy(deps: ProxyDeps): FastifyPluginCallback {
  return (app, _options, done) => {
    // A stream of events lasts as long as somebody listens.
    const pool = new Pool(deps.target.url, { connections: 64, headersTimeout: 30_000, bodyTimeout: 0 })
    app.addHook('onClose', () => pool.destroy())
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', (_request, payload, parsed) => {
      parsed(null, payload)
    })
    app.get('/simulator', (_request, reply) => reply.redirect('/simulator/phone'))
    app.all('/simulator/*', (request, reply) => forward(pool, deps, request, reply))
    done()
  }
}

async function forward(
  pool: Pool,
  deps: ProxyDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  if (!mayUse(request, deps.operatorToken)) {
    return reply.code(403).send({ error: 'only direct requests of this machine, or with the operator token' })
  }
  const gone = new AbortController()
  reply.raw.on('close', () => gone.abort())
  try {
    const answer = await pool.request({
      method: request.method,
      path: request.url,
      headers: requestHeaders(request, deps.target.token),
      body: request.body instanceof Readable ? request.body : null,
      signal: gone.signal,
    })
    reply.hijack()
    reply.raw.writeHead(answer.statusCode, responseHeaders(answer.headers))
    await pipeline(answer.body, reply.raw)
  } catch (error) {
    if (!reply.sent && !gone.signal.aborted) {
      deps.log.warn({ error }, 'the simulated network does not answer')
      return reply.code(502).send({ error: 'the simulated network does not answer' })
    }
    reply.raw.destroy()
  }
  return reply
}

function mayUse(request: FastifyRequest, operatorToken: string): boolean {
  const given = bearerToken(request.headers)
  if (given !== undefined) return isSameSecret(given, operatorToken)
  return isLocalRequest({ remoteAddress: request.raw.socket.remoteAddress, headers: request.headers })
}

function requestHeaders(request: FastifyRequest, token: string | undefined): Record<string, string> {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }
  for (const [name, value] of Object.entries(request.headers)) {
    if (typeof value === 'string' && isForwardedName(name)) headers[name] = value
  }
  return headers
}

function responseHeaders(given: NodeJS.Dict<string | string[]>): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {}
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined && isForwardedName(name)) headers[name] = value
  }
  return headers
}
