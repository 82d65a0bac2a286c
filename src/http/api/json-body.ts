import { isUtf8 } from 'node:buffer'
import type { FastifyInstance, FastifyRequest } from 'fastify'

/** The body is no JSON; the message is for the caller. */
export class UnreadableBody extends Error {
  readonly statusCode = 400
}

/** Makes the routes of `app` read strict JSON, whatever the content type says, and refuse every other body that is not empty. */
export function readJson(app: FastifyInstance, limitBytes: number): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: limitBytes }, (request, bytes: Buffer, done) => {
    const parsed = parse(request, bytes)
    if (parsed instanceof UnreadableBody) done(parsed)
    else done(null, parsed)
  })
}

/** No bytes are no body, whatever the headers say. */
function parse(request: FastifyRequest, bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined
  const { 'content-encoding': encoding = 'identity' } = request.headers
  if (encoding !== 'identity') return new UnreadableBody('Content-Encoding is not supported')
  if (!isUtf8(bytes)) return new UnreadableBody('Request body is not valid UTF-8')
  try {
    return JSON.parse(bytes.toString()) as unknown
  } catch {
    // The engine's own text repeats what stands in the body.
    return new UnreadableBody('Request body is not valid JSON')
  }
}
