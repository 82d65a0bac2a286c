import type { IncomingMessage } from 'node:http'
import type { RequestOrigin } from '../lib/local-request.ts'

/** Of requests that another node of the cluster has passed on: who asked that one. */
const passedOn = new WeakMap<IncomingMessage, string>()

/** Another node, which is known as one, says that the request came to it from this address. */
export function cameFrom(request: IncomingMessage, address: string): void {
  passedOn.set(request, address)
}

/** Another node has passed this on: it is answered here, and not passed on again. */
export function isPassedOn(request: IncomingMessage): boolean {
  return passedOn.has(request)
}

/** Where a request comes from, whichever node it came to. */
export function originOf(request: IncomingMessage): RequestOrigin {
  const address = passedOn.get(request)
  if (address === undefined) return { remoteAddress: request.socket.remoteAddress, headers: request.headers }
  return { remoteAddress: address, headers: NOTHING_MORE }
}

/** The other node has looked at what proxies say. */
const NOTHING_MORE = {}
