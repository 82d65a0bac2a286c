import type { IncomingMessage } from 'node:http'
import type { FastifyPluginCallback } from 'fastify'
import { fault, isFault, type Fault } from '../../model/fault.ts'
import { apiError, apiStatus, statusError } from '../api/api-errors.ts'
import { simulatorUrl, type SimulatorForward } from '../simulator/forward.ts'
import { passBodies } from '../simulator/proxy.ts'
import { CONSOLE_BASE } from './console-api.ts'
import type { ConsoleDoor } from './door.ts'

const BASE = `${CONSOLE_BASE}/simulator`
const NOT_YOURS = fault('forbidden', 'Virtual phones are for those who work with instances')

/** The page of a phone may stand in a page of the console, and nowhere else. */
const FRAMED = [
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src blob:",
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
].join('; ')
/** What persons sent one another there may be anything: by itself it is shown as nothing. */
const SHUT_IN = "default-src 'none'; sandbox"

export interface SimulatorPagesDeps {
  readonly door: ConsoleDoor
  readonly forward: Pick<SimulatorForward, 'answer'>
}

/** `/api/console/simulator/*`: the simulated network for those who run the server, and for owners and developers of whatever account. */
export function simulatorPages({ door, forward }: SimulatorPagesDeps): FastifyPluginCallback {
  return (app, _options, done) => {
    passBodies(app)
    app.all(`${BASE}/*`, async (request, reply) => {
      void reply.headers({ 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' })
      const refused = await refusalOf(door, request.raw)
      if (refused !== undefined) return reply.code(apiStatus(refused)).send({ error: apiError(refused) })
      const url = simulatorUrl(request.url, BASE)
      if (url === undefined) return reply.code(404).send({ error: statusError(404) })
      const policy = url.startsWith('/simulator/files/') ? SHUT_IN : FRAMED
      return forward.answer(url, request, reply, {
        'content-security-policy': policy,
        'x-content-type-options': 'nosniff',
      })
    })
    done()
  }
}

async function refusalOf(door: ConsoleDoor, request: IncomingMessage): Promise<Fault | undefined> {
  const caller = await door.admit(request)
  if (isFault(caller)) return caller
  if (caller.person.isOperator) return undefined
  const roles = await door.roles(caller)
  return roles.some((role) => role === 'owner' || role === 'developer') ? undefined : NOT_YOURS
}
