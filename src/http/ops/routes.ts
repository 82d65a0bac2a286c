import type { FastifyPluginCallback } from 'fastify'
import type { Registry } from 'prom-client'
import { referenceRoutes, type ReferenceDeps } from '../reference/routes.ts'
import type { Readiness } from './readiness.ts'

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
  readonly readiness: Readiness
  readonly reference: ReferenceDeps
}): FastifyPluginCallback {
  return (app, _options, done) => {
    app.get('/', () => ABOUT)
    app.get('/health', () => ({ status: 'ok', ...deps.readiness.node }))
    app.get('/ready', async (_request, reply) => {
      const reason = await deps.readiness.trouble()
      if (reason === undefined) return { status: 'ready', ...deps.readiness.cluster }
      return reply.code(503).send({ status: 'unavailable', reason, ...deps.readiness.cluster })
    })
    app.get('/metrics', async (_request, reply) =>
      reply.type(deps.registry.contentType).send(await deps.registry.metrics()),
    )
    referenceRoutes(app, deps.reference)
    done()
  }
}
