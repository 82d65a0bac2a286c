import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify'
import mime from 'mime'
import type { LinkedFile } from '../../media/links.ts'
import type { StoredFile } from '../../media/media.ts'
import { rangeOf } from './range.ts'

export interface MediaRoutesDeps {
  /** What a path names; null when it is no link of ours, or over. */
  readonly read: (path: string) => LinkedFile | null
  /** The bytes, fetched from the messenger again where they are gone; null when they can't be had. */
  readonly open: (file: LinkedFile) => Promise<StoredFile | null>
}

/** Files come from strangers and are served under the API's own name: a browser must show them as nothing but themselves. */
const HARMLESS = {
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': '*',
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'Referrer-Policy': 'no-referrer',
} as const

/** `GET` and `HEAD` of a file's link, with ranges. A link that is wrong in any way is answered 404. */
export function mediaRoutes(deps: MediaRoutesDeps): FastifyPluginCallback {
  return (app, _options, done) => {
    // Fastify's own HEAD of a GET can't be told a length without bytes.
    app.route({
      method: ['GET', 'HEAD'],
      url: '/media/:instance/:key/:file',
      exposeHeadRoute: false,
      handler: (request, reply) => serve(deps, request, reply),
    })
    done()
  }
}

async function serve(deps: MediaRoutesDeps, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const file = deps.read(request.url.split('?')[0] ?? '')
  const stored = file === null ? null : await deps.open(file)
  if (file === null || stored === null) {
    reply.callNotFound()
    return reply
  }
  const etag = `"${file.sha256}"`
  reply.headers({
    ...HARMLESS,
    'Content-Type': mime.getType(file.extension) ?? 'application/octet-stream',
    'Accept-Ranges': 'bytes',
    'Last-Modified': new Date(stored.keptAt).toUTCString(),
    Expires: new Date(file.expiresAt).toUTCString(),
    'Cache-Control': 'private, max-age=86400',
    ETag: etag,
  })
  if (request.headers['if-none-match'] === etag) return reply.code(304).send()
  return sendBytes(request, reply, stored, etag)
}

function sendBytes(request: FastifyRequest, reply: FastifyReply, stored: StoredFile, etag: string): FastifyReply {
  const { range: asked, 'if-range': ifRange } = request.headers
  const range = ifRange === undefined || ifRange === etag ? rangeOf(asked, stored.size) : undefined
  if (range === 'unsatisfiable') {
    return reply
      .code(416)
      .header('Content-Range', `bytes */${String(stored.size)}`)
      .send()
  }
  const { first, last } = range ?? { first: 0, last: stored.size - 1 }
  if (range !== undefined) {
    reply.code(206).header('Content-Range', `bytes ${String(first)}-${String(last)}/${String(stored.size)}`)
  }
  reply.header('Content-Length', String(last - first + 1))
  if (request.method === 'HEAD' || stored.size === 0) return reply.send(null)
  return reply.send(stored.read({ first, last }))
}
