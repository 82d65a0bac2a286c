import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Instances } from '../../instances/instances.ts'
import type { Log } from '../../lib/log.ts'
import { fault, isFault, NOT_FOUND, UNAVAILABLE, type Fault } from '../../model/fault.ts'
import type { AccountId } from '../../model/ids.ts'
import { apiError, apiStatus, statusError, type ApiError } from '../api/api-errors.ts'
import { isForNow } from '../for-now.ts'
import { maskPath } from '../mask.ts'
import type { ConsoleDoor } from './door.ts'
import { rightOf } from '../api/rights.ts'

export interface GatewayDeps {
  readonly door: ConsoleDoor
  readonly instances: Pick<Instances, 'get'>
  /** Answers a call of the contract; false where it is none. */
  readonly dispatch: (request: IncomingMessage, response: ServerResponse) => boolean
  readonly log: Pick<Log, 'error'>
}

/** Everything of it is spelt as it stands: nothing in it can be read in two ways. */
const CALL =
  /^\/api\/console\/accounts\/([\w.-]{1,100})\/instances\/(\d{1,15})\/call\/([A-Za-z]{1,64})(\/[\w-]{1,200})?(\?.*)?$/
const VERBS: ReadonlySet<string> = new Set(['GET', 'POST', 'DELETE'])
const NOT_YOURS = fault('forbidden', 'Your role does not allow this')
const NO_HEADER = fault('csrf', 'The header X-CSRF-Token is missing')

/**
 * `/api/console/accounts/{account}/instances/{idInstance}/call/{method}[/tail]`: a method of the contract, called by a person who is signed in. The
 * call goes on as if the instance's token had been in its path, so that nothing of what holds for methods need be done again; the token itself
 * never leaves the server.
 */
export class Gateway {
  readonly #deps: GatewayDeps

  constructor(deps: GatewayDeps) {
    this.#deps = deps
  }

  /** True when the request is such a call and will be answered. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const match = VERBS.has(request.method ?? '') ? CALL.exec(request.url ?? '') : null
    if (match === null) return false
    const [, account = '', id = '', method = '', tail = '', query = ''] = match
    const call = { account: account as AccountId, id: Number(id), rest: (token: string) => `${method}/${token}${tail}` }
    this.#pass(call, query, request, response).catch((error: unknown) => {
      this.#deps.log.error({ error, path: maskPath(request.url ?? '') }, 'a request failed unexpectedly')
      refuse(response, isForNow(error) ? [apiStatus(UNAVAILABLE), apiError(UNAVAILABLE)] : [500, statusError(500)])
    })
    return true
  }

  async #pass(
    call: { readonly account: AccountId; readonly id: number; readonly rest: (token: string) => string },
    query: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const token = await this.#tokenFor(call, request)
    if (typeof token !== 'string') {
      refuse(response, [apiStatus(token), apiError(token)])
      return
    }
    request.url = `/waInstance${String(call.id)}/${call.rest(token)}${query}`
    delete request.headers.cookie
    delete request.headers['x-csrf-token']
    response.setHeader('Cache-Control', 'no-store')
    response.setHeader('X-Content-Type-Options', 'nosniff')
    if (!this.#deps.dispatch(request, response)) refuse(response, [apiStatus(NOT_FOUND), apiError(NOT_FOUND)])
  }

  /** The token of the instance, for those who may act as it. */
  async #tokenFor(
    { account, id }: { readonly account: AccountId; readonly id: number },
    request: IncomingMessage,
  ): Promise<string | Fault> {
    const { door, instances } = this.#deps
    const caller = await door.admit(request)
    if (isFault(caller)) return caller
    // Some methods change something and are called by GET, which a link from anywhere could do: a header can't be sent by one.
    if (request.headers['x-csrf-token'] === undefined) return NO_HEADER
    const place = await door.roleIn(caller, account)
    if (isFault(place)) return place
    if (rightOf('messages', place.role) !== 'full') return NOT_YOURS
    const instance = instances.get(id)
    return instance?.account === account && instance.deletedAt === null ? instance.token : NOT_FOUND
  }
}

function refuse(response: ServerResponse, [status, error]: readonly [number, ApiError]): void {
  if (response.headersSent || response.destroyed) {
    response.destroy()
    return
  }
  const text = JSON.stringify({ error })
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    // What is left of its body is not read.
    Connection: 'close',
  })
  response.end(text)
}
