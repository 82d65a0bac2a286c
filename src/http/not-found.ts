import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { envelope, statusText } from './errors.ts'
import { isForNow } from './for-now.ts'
import { maskPath } from './mask.ts'

/** What Fastify's routes answer where there is none, where a request is bad, and where one failed: the contract's shape. */
export function answerUnknown(app: FastifyInstance, clock: Clock, log: Log): void {
  app.setNotFoundHandler((request, reply) => sendStatus(reply, request.url, 404, clock))
  app.setErrorHandler((error, request, reply) => {
    const given = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined
    const failed = isForNow(error) ? 503 : 500
    const status = typeof given === 'number' && given >= 400 && given < 500 ? given : failed
    if (status === 503) reply.header('Retry-After', '1')
    if (status >= 500) log.error({ error, path: maskPath(request.url) }, 'a request failed unexpectedly')
    return sendStatus(reply, request.url, status, clock)
  })
}

/** `{statusCode, timestamp, path, message}` with the status's own text. */
export function sendStatus(reply: FastifyReply, url: string, status: number, clock: Clock): FastifyReply {
  const { text } = envelope(status, url, statusText(status), clock.now())
  return reply.code(status).type('application/json; charset=utf-8').send(text)
}
