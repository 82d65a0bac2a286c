import type { IncomingMessage } from 'node:http'
import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '../../lib/clock.ts'
import { fault, isFault, type Fault } from '../../model/fault.ts'
import { apiError, apiStatus, rateLimited, statusError } from '../api/api-errors.ts'
import { simulatorUrl, type SimulatorForward } from '../simulator/forward.ts'
import { passBodies } from '../simulator/proxy.ts'
import { CONSOLE_BASE } from './console-api.ts'
import type { ConsoleCaller } from './caller.ts'
import type { ConsoleDoor } from './door.ts'
import { SimulatorStreams } from './simulator-streams.ts'

const BASE = `${CONSOLE_BASE}/simulator`
const EVENTS = '/simulator/events'
const NOT_YOURS = fault('forbidden', 'Virtual phones are for those who work with instances')

/** The page of a phone may stand in a page of the console, and nowhere else. */
const FRAMED = [
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src blob:",
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
].join('; ')
/** What persons sent one another there may be anything: by itself it is shown as nothing. */
const SHUT_IN = "default-src 'none'; sandbox"
const TOO_MANY = rateLimited('A person has at most 10 streams of events at one time', 15_000)

export interface SimulatorPagesDeps {
  readonly door: ConsoleDoor
  readonly forward: Pick<SimulatorForward, 'answer'>
  readonly clock: Pick<Clock, 'after'>
}

/** `/api/console/simulator/*`: the simulated network for those who run the server, and for owners and developers of whatever account. */
export function simulatorPages({ door, forward, clock }: SimulatorPagesDeps): FastifyPluginCallback {
  const streams = new SimulatorStreams(clock)
  const answer = (url: string, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const policy = url.startsWith('/simulator/files/') ? SHUT_IN : FRAMED
    return forward.answer(url, request, reply, {
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
    })
  }
  return (app, _options, done) => {
    passBodies(app)
    app.all(`${BASE}/*`, async (request, reply) => {
      void reply.headers({ 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' })
      const caller = await callerOf(door, request.raw)
      if (isFault(caller)) return refuse(reply, caller)
      const url = simulatorUrl(request.url, BASE)
      if (url === undefined) return reply.code(404).send({ error: statusError(404) })
      if (url.split('?', 1)[0] !== EVENTS) return answer(url, request, reply)
      const leave = streams.begin({
        person: caller.person.id,
        mayGoOn: async () => !isFault(await callerOf(door, request.raw)),
        end: () => reply.raw.destroy(),
      })
      return leave === undefined ? refuse(reply, TOO_MANY) : answer(url, request, reply).finally(leave)
    })
    done()
  }
}

function refuse(reply: FastifyReply, refused: Fault): FastifyReply {
  return reply.code(apiStatus(refused)).send({ error: apiError(refused) })
}

async function callerOf(door: ConsoleDoor, request: IncomingMessage): Promise<ConsoleCaller | Fault> {
  const caller = await door.admit(request)
  if (isFault(caller) || caller.person.isOperator) return caller
  const roles = await door.roles(caller)
  return roles.some((role) => role === 'owner' || role === 'developer') ? caller : NOT_YOURS
}
