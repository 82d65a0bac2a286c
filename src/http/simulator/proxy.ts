import type { FastifyInstance, FastifyPluginCallback, FastifyRequest } from 'fastify'
import { bearerToken } from '../../lib/bearer.ts'
import { isLocalRequest } from '../../lib/local-request.ts'
import { isSameSecret } from '../../lib/same-secret.ts'
import { simulatorUrl, type SimulatorForward } from './forward.ts'

interface ProxyDeps {
  readonly forward: Pick<SimulatorForward, 'answer'>
  readonly operatorToken: string
}

const BASE = '/simulator'

/** `/simulator/*`: the simulated network's API and its phone page, for this machine and the operator alone. */
export function simulatorProxy({ forward, operatorToken }: ProxyDeps): FastifyPluginCallback {
  return (app, _options, done) => {
    passBodies(app)
    app.get(BASE, (_request, reply) => reply.redirect(`${BASE}/phone`))
    app.all(`${BASE}/*`, async (request, reply) => {
      if (!mayUse(request, operatorToken)) {
        return reply.code(403).send({ error: 'only direct requests of this machine, or with the operator token' })
      }
      const url = simulatorUrl(request.url, BASE)
      if (url !== undefined) return forward.answer(url, request, reply)
      reply.callNotFound()
      return reply
    })
    done()
  }
}

/** Bodies of its routes go on as they come. */
export function passBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, payload, parsed) => {
    parsed(null, payload)
  })
}

function mayUse(request: FastifyRequest, operatorToken: string): boolean {
  const given = bearerToken(request.headers)
  if (given !== undefined) return isSameSecret(given, operatorToken)
  return isLocalRequest({ remoteAddress: request.raw.socket.remoteAddress, headers: request.headers })
}
