import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Instances } from '../../instances/instances.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { fault, isFault, NOT_FOUND, UNAVAILABLE, type Fault } from '../../model/fault.ts'
import type { AccountId, InstanceId } from '../../model/ids.ts'
import { personActor } from '../../partners/actor.ts'
import { audited } from '../../partners/audit-log.ts'
import type { Store } from '../../storage/store.ts'
import { apiError, apiStatus, statusError, type ApiError } from '../api/api-errors.ts'
import { isForNow } from '../for-now.ts'
import { maskPath } from '../mask.ts'
import type { Described } from '../reference/described.ts'
import type { ConsoleCaller } from './caller.ts'
import type { ConsoleDoor } from './door.ts'
import { rightOf } from '../api/rights.ts'

export interface GatewayDeps {
  readonly door: ConsoleDoor
  readonly instances: Pick<Instances, 'get'>
  /** Of instances, found by name in any case. */
  readonly methods: { readonly find: (name: string) => Pick<Described, 'name' | 'verbs' | 'reads'> | undefined }
  readonly store: Pick<Store, 'commit'>
  readonly clock: Pick<Clock, 'now'>
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

/** A call as its path says it. */
interface CallPath {
  readonly account: AccountId
  readonly id: number
  readonly method: string
  /** With its slash. */
  readonly tail: string
  readonly query: string
}

/** A call that may be made. */
interface Allowed {
  readonly caller: ConsoleCaller
  readonly instance: InstanceId
  readonly token: string
}

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
    const call = { account: account as AccountId, id: Number(id), method, tail, query }
    this.#pass(call, request, response).catch((error: unknown) => {
      this.#deps.log.error({ error, path: maskPath(request.url ?? '') }, 'a request failed unexpectedly')
      refuse(response, isForNow(error) ? [apiStatus(UNAVAILABLE), apiError(UNAVAILABLE)] : [500, statusError(500)])
    })
    return true
  }

  async #pass(call: CallPath, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const allowed = await this.#allow(call, request)
    if (isFault(allowed)) {
      refuse(response, [apiStatus(allowed), apiError(allowed)])
      return
    }
    await this.#note(call, allowed, request)
    request.url = `/waInstance${String(call.id)}/${call.method}/${allowed.token}${call.tail}${call.query}`
    delete request.headers.cookie
    delete request.headers['x-csrf-token']
    response.setHeader('Cache-Control', 'no-store')
    response.setHeader('X-Content-Type-Options', 'nosniff')
    if (!this.#deps.dispatch(request, response)) refuse(response, [apiStatus(NOT_FOUND), apiError(NOT_FOUND)])
  }

  /** For those who may act as the instance. */
  async #allow({ account, id }: CallPath, request: IncomingMessage): Promise<Allowed | Fault> {
    const { door, instances } = this.#deps
    const caller = await door.admit(request)
    if (isFault(caller)) return caller
    // Some methods change something and are called by GET, which a link from anywhere could do: a header can't be sent by one.
    if (request.headers['x-csrf-token'] === undefined) return NO_HEADER
    const place = await door.roleIn(caller, account)
    if (isFault(place)) return place
    if (rightOf('messages', place.role) !== 'full') return NOT_YOURS
    const instance = instances.get(id)
    if (instance?.account !== account || instance.deletedAt !== null) return NOT_FOUND
    return { caller, instance: instance.id, token: instance.token }
  }

  /**
   * Before the call is made, so that none is without its trace, also where this process dies over it: who, which instance, which method. Nothing of
   * what was said, nor whether the method took it.
   */
  async #note(
    { account, method: name }: CallPath,
    { caller, instance }: Allowed,
    request: IncomingMessage,
  ): Promise<void> {
    const { methods, store, clock } = this.#deps
    const method = methods.find(name)
    if (method === undefined || method.reads || !method.verbs.some((verb) => verb === request.method)) return
    const of = { account, target: String(instance), details: { method: method.name } }
    const entry = audited(personActor(caller.person), clock.now(), 'instance.call', of)
    await store.commit({ guards: [], writes: [entry] })
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
