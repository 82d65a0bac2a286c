import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Log } from '../../lib/log.ts'
import type { Download } from './route.ts'

/**
 * Sends a download as fast as its reader takes it. Its source is closed when the client goes away; trouble before the first piece is an error like
 * any other, later it cuts the connection, so that half a file is not taken for a whole one.
 */
export async function sendDownload(
  download: Download,
  request: FastifyRequest,
  reply: FastifyReply,
  log: Log,
): Promise<FastifyReply> {
  const { type, fileName, headers, chunks } = download
  if (request.method === 'HEAD') return headed(reply, type, fileName, headers).send()
  const source = chunks[Symbol.asyncIterator]()
  const first = await source.next()
  const pieces = Readable.from(readOn(source, first, log), { objectMode: false })
  return headed(reply, type, fileName, headers).send(pieces)
}

function headed(
  reply: FastifyReply,
  type: string,
  fileName: string | undefined,
  headers: Readonly<Record<string, string>>,
): FastifyReply {
  if (fileName !== undefined) reply.header('Content-Disposition', `attachment; filename="${fileName}"`)
  return reply.headers(headers).type(type)
}

async function* readOn(
  source: AsyncIterator<string>,
  first: IteratorResult<string>,
  log: Log,
): AsyncGenerator<string, void, undefined> {
  try {
    for (let piece = first; piece.done !== true; piece = await source.next()) {
      // A stream of bytes takes an empty piece for a pause.
      if (piece.value !== '') yield piece.value
    }
  } catch (error) {
    log.error({ error }, 'a download broke off')
    throw error
  } finally {
    await source.return?.()
  }
}
