import type { FastifyPluginCallback } from 'fastify'
import type { Registry } from 'prom-client'
import type { Store } from '../../storage/store.ts'
import { referenceRoutes, type ReferenceDeps } from '../reference/routes.ts'

const ABOUT = {
  name: 'Jadegate',
  about: 'Self-hosted messenger gateway and partner platform',
  partnerApi: '/partner/{method}/{partnerToken}',
  instanceApi: '/waInstance{idInstance}/{method}/{apiTokenInstance}',
  qrPage: '/waInstance{idInstance}/{apiTokenInstance}',
  health: '/health',
  ready: '/ready',
  metrics: '/metrics',
  reference: '/docs',
  openApi: '/openapi.json',
  postman: '/postman.json',
} as const

/** For whoever runs the server. Nothing here tells a name, a number or a token. */
export function opsRoutes(deps: {
  readonly registry: Registry
  readonly store: Pick<Store, 'ping'>
  readonly reference: ReferenceDeps
}): FastifyPluginCallback {
  return (app, _options, done) => {
    app.get('/', () => ABOUT)
    app.get('/health', () => ({ status: 'ok' }))
    app.get('/ready', async (_request, reply) => {
      try {
        await deps.store.ping()
        return { status: 'ready' }
      } catch {
        return reply.code(503).send({ status: 'unavailable', reason: 'the database does not answer' })
      }
    })
    app.get('/metrics', async (_request, reply) =>
      reply.type(deps.registry.contentType).send(await deps.registry.metrics()),
    )
    referenceRoutes(app, deps.reference)
    done()
  }
}
