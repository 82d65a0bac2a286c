import type { FastifyInstance } from 'fastify'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { envelope, statusText } from './errors.ts'
import { maskPath } from './mask.ts'

/** What Fastify's routes answer where there is none, where a request is bad, and where one failed: the contract's shape. */
export function answerUnknown(app: FastifyInstance, clock: Clock, log: Log): void {
  app.setNotFoundHandler((request, reply) => {
    const refusal = envelope(404, request.url, statusText(404), clock.now())
    return reply.code(404).type('application/json; charset=utf-8').send(refusal.text)
  })
  app.setErrorHandler((error, request, reply) => {
    const given = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined
    const status = typeof given === 'number' && given >= 400 && given < 500 ? given : 500
    if (status === 500) log.error({ error, path: maskPath(request.url) }, 'a request failed unexpectedly')
    const refusal = envelope(status, request.url, statusText(status), clock.now())
    return reply.code(status).type('application/json; charset=utf-8').send(refusal.text)
  })
}
