import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import Fastify, { type FastifyInstance } from 'fastify'
import { Registry } from 'prom-client'
import type { Cluster } from '../cluster/cluster.ts'
import type { Instance } from '../instances/instance.ts'
import { AddressRanges } from '../lib/address-ranges.ts'
import type { Clock, Timer } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { InstanceId } from '../model/ids.ts'
import type { PartnerCaller } from '../partners/partner-tokens.ts'
import { hopAnswerMs } from './answer-times.ts'
import { refuseApiUrl } from './api/api-routes.ts'
import { serveDoor } from './cluster/door.ts'
import { Gateway, type GatewayDeps } from './console/gateway.ts'
import { PeopleDoor } from './console/people-door.ts'
import { Passage } from './cluster/passage.ts'
import { Dispatcher } from './dispatch.ts'
import { InstanceFamily } from './green/family.ts'
import { instanceMethods } from './green/methods.ts'
import type { HttpDeps } from './http-deps.ts'
import { MethodTable } from './method.ts'
import { registerClusterGauges } from './ops/cluster-gauges.ts'
import { registerGauges } from './ops/gauges.ts'
import { createInstance } from './partner/create-instance.ts'
import { deleteInstanceAccount } from './partner/delete-instance-account.ts'
import { PartnerFamily } from './partner/family.ts'
import { getInstances } from './partner/get-instances.ts'
import { describedTables, type DescribedTables } from './reference/described.ts'
import { QrImages } from './qr/qr-images.ts'
import { QrPage } from './qr/qr-page.ts'
import { ScanSockets } from './qr/scan-socket.ts'
import { RequestCounter } from './request-counter.ts'
import { sendStatus } from './not-found.ts'
import { addRoutes } from './served-routes.ts'
import { SlowBodies } from './slow-bodies.ts'
import { serveUpgrade } from './upgrade.ts'

export interface HttpServer {
  /** Where clients reach the API; no slash at the end. */
  readonly url: string
  readonly port: number
  /** Takes no more requests, ends those that wait, lets the others finish within the bound, then cuts them off. */
  close(drainMs: number): Promise<void>
}

/** Slow clients are cut off: so long may the head of a request, its body, and a body with a file take; the last is what clients wait for. */
const HEAD_TIMEOUT_MS = 20_000
const BODY_TIMEOUT_MS = 60_000
const UPLOAD_TIMEOUT_MS = 10_800_000
/** Longer than the idle time of usual proxies and client pools, so that they close first. */
const KEEP_ALIVE_MS = 75_000

/** Listens and serves: the contract's methods by the dispatcher, everything else by Fastify, on one port. Rejects when it can't listen. */
export async function startHttp(deps: HttpDeps): Promise<HttpServer> {
  const parts = assemble(deps)
  const servers: Server[] = []
  const app = Fastify({
    logger: false,
    forceCloseConnections: 'idle',
    // Its own text repeats the path, and a token may stand in it.
    frameworkErrors: (_error, request, reply) => {
      if (request.url.startsWith('/api/')) void refuseApiUrl(reply)
      else void sendStatus(reply, request.url, 400, deps.clock)
    },
    serverFactory: (handler) => {
      const server = createNodeServer(parts, handler)
      servers.push(server)
      return server
    },
  })
  await addRoutes(app, deps, parts)
  const { host, publicUrl } = deps.config
  await app.listen({ host, port: deps.config.port, backlog: 4096 })
  const address = servers[0]?.address()
  const port = typeof address === 'object' && address !== null ? address.port : deps.config.port
  parts.at.url = publicUrl ?? `http://${urlHost(host)}:${String(port)}`
  return { url: parts.at.url, port, close: (drainMs) => close(app, servers, parts, drainMs) }
}

interface Parts {
  readonly registry: Registry
  readonly counter: RequestCounter
  readonly trustedProxies: AddressRanges
  /** The methods whose calls a tariff may limit, in lower case. */
  readonly counted: ReadonlySet<string>
  readonly dispatcher: Dispatcher<Instance, PartnerCaller>
  readonly gateway: Gateway
  readonly door: PeopleDoor
  readonly sockets: ScanSockets
  readonly page: QrPage
  readonly slowBodies: SlowBodies
  readonly passage: Passage
  readonly cluster: Cluster
  readonly tables: DescribedTables
  readonly clock: Clock
  readonly log: Log
  /** Known once the port is. */
  readonly at: { url: string }
}

function assemble(deps: HttpDeps): Parts {
  const { clock, log, cluster, instances, media } = deps
  const { publicUrl, rateLimitScale, loginTimeoutMs, fileLimitMb } = deps.config
  const at = { url: publicUrl ?? '' }
  const registry = new Registry()
  const counter = new RequestCounter(registry)
  const trustedProxies = new AddressRanges(deps.config.trustedProxies)
  registerGauges(registry, instances, cluster.isAlone)
  registerClusterGauges(registry, cluster, deps.store)
  const images = new QrImages()
  const methods = instanceMethods({ clock, images, delayMinMs: deps.config.delayMinMs })
  const family = new InstanceFamily(methods, instances, clock)
  const page = new QrPage({ family, publicUrl, accounts: deps.store.accounts, log })
  const slowBodies = new SlowBodies(clock, BODY_TIMEOUT_MS)
  const passage = new Passage({
    cluster,
    clock,
    log,
    trustedProxies,
    slowBodies,
    monotonicMs: deps.monotonicMs,
    answerMs: hopAnswerMs,
  })
  const forPartners = partnerMethods(deps, () => at.url)
  const dispatcher = new Dispatcher({
    instances: family,
    partners: new PartnerFamily(forPartners, deps.business.tokens, clock, trustedProxies),
    answers: deps.store.answers,
    clock,
    log,
    counter,
    rateLimitScale,
    slowBodies,
    media,
    fileLimitBytes: fileLimitMb * 1024 * 1024,
    elsewhere: {
      isHere: (instance) => cluster.isAlone || isHere(cluster, instance as InstanceId),
      passOn: (...call) => passage.passOn(...call),
    },
    page: (target, request, response) => page.serve(target, request, response),
  })
  const dispatch: GatewayDeps['dispatch'] = (request, response) => dispatcher.handle(request, response)
  const door = doorOf(deps, trustedProxies, () => at.url)
  const gateway = new Gateway({ door, instances, methods, store: deps.store, clock, log, dispatch })
  const sockets = new ScanSockets({ family, images, clock, log, rateLimitScale, timeoutMs: loginTimeoutMs })
  const tables = describedTables(methods, forPartners)
  const counted = new Set(methods.rows.filter((row) => row.hasQuota).map((row) => row.name.toLowerCase()))
  const shared = { registry, counter, trustedProxies, passage, cluster, clock, log, at }
  return { ...shared, counted, dispatcher, gateway, door, sockets, page, slowBodies, tables }
}

function doorOf({ people, business }: HttpDeps, trustedProxies: AddressRanges, publicUrl: () => string): PeopleDoor {
  return new PeopleDoor({ people, accounts: business.accounts, trustedProxies, publicUrl })
}

/** A node that nobody can reach answers for none of its instances: a call about one goes there, and is refused on its way. */
function isHere(cluster: Cluster, instance: InstanceId): boolean | Promise<boolean> {
  const place = cluster.locate(instance)
  return place instanceof Promise ? place.then(({ at }) => at === 'here') : place.at === 'here'
}

function partnerMethods({ config, clock, business }: HttpDeps, publicUrl: () => string): MethodTable<PartnerCaller> {
  const own = business.partnerInstances
  return new MethodTable([
    createInstance({ instances: own, delayMinMs: config.delayMinMs, publicUrl }),
    getInstances(own, clock),
    deleteInstanceAccount(own),
  ])
}

function createNodeServer(
  { dispatcher, gateway, sockets, slowBodies, passage, cluster, log }: Parts,
  next: (request: IncomingMessage, response: ServerResponse) => void,
): Server {
  const options = {
    headersTimeout: HEAD_TIMEOUT_MS,
    requestTimeout: UPLOAD_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: 5000,
    noDelay: true,
  }
  const server = createServer(options, (request, response) => {
    slowBodies.watch(request, response)
    passage.take(request, response, () => {
      if (dispatcher.handle(request, response) || gateway.handle(request, response)) return
      if (serveDoor(cluster, log, request, response)) return
      next(request, response)
    })
  })
  server.on('upgrade', (request: IncomingMessage, socket, head: Buffer) => {
    serveUpgrade(server, sockets, passage, request, socket, head)
  })
  return server
}

function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}

/** How often connections that have become idle are closed while the server closes. */
const SWEEP_MS = 50

async function close(
  app: FastifyInstance,
  servers: readonly Server[],
  { dispatcher, sockets, passage, clock }: Parts,
  drainMs: number,
): Promise<void> {
  const endsAt = clock.now() + drainMs
  let timer: Timer | undefined
  const sweep = (): void => {
    const isLate = clock.now() >= endsAt
    if (isLate) sockets.terminate()
    for (const server of servers) {
      if (isLate) server.closeAllConnections()
      else server.closeIdleConnections()
    }
    timer = clock.after(SWEEP_MS, sweep)
  }
  dispatcher.endWaiting()
  sockets.close()
  sweep()
  await app.close()
  timer?.cancel()
  await passage.close()
}
